"""Settings: what wins over what, and that every mistake is one line that names its place and its cure."""

import re
import tomllib
from pathlib import Path

import pytest

from schemas.brand import KeywordRule
from schemas.complaint import setting_names
from schemas.context import BrandContext
from schemas.delivery import ChannelSettings
from schemas.errors import UsageError
from schemas.settings import STARTER, Settings, load, masked, require_brands

BRAND = '[[brands]]\nname = "Acme"\nquery = "acme"\n'


def write(folder: Path, text: str, name: str = "hearken.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def complaint(path: Path | None, **more: Path) -> str:
    with pytest.raises(UsageError) as caught:
        load(path, **more)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_without_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load() == Settings()


def test_hearken_toml_in_the_working_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 'store = "here.db"')
    monkeypatch.chdir(tmp_path)
    assert load().store == "here.db"


def test_environment_wins_over_the_file_and_leaves_the_rest_of_a_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, 'store = "a.db"\n[text]\nmax_characters = 500\ncache_size = 7\n')
    monkeypatch.setenv("HEARKEN_TEXT__MAX_CHARACTERS", "600")
    monkeypatch.setenv("HEARKEN_TEXT__LANGUAGES", '["en"]')
    monkeypatch.setenv("HEARKEN_KAFKA__BOOTSTRAP_SERVERS", "kafka:9092")
    settings = load(path)
    assert (settings.text.max_characters, settings.text.cache_size) == (600, 7)
    assert settings.text.languages == ("en",)
    assert settings.kafka.bootstrap_servers == "kafka:9092"
    assert load(path, store="b.db").store == "b.db"


def test_only_load_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARKEN_STORE", "other.db")
    assert Settings().store == "hearken.db"


def test_brands_file_replaces_the_brands(tmp_path: Path) -> None:
    path = write(tmp_path, BRAND)
    brands = write(tmp_path, BRAND.replace("Acme", "Borealis"), "brands.toml")
    assert [brand.id for brand in load(path, brands).brands] == ["borealis"]


def test_without_brands_one_line_says_how_to_name_some(tmp_path: Path) -> None:
    require_brands(load(write(tmp_path, BRAND)))
    with pytest.raises(UsageError, match=r"no brands are configured: .* hearken\.toml .* --brands"):
        require_brands(Settings())


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert load(write(tmp_path, "\ufeff" + BRAND)).brands[0].name == "Acme"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("store = ", "hearken.toml: not valid TOML: Invalid value (at end of document)"),
        ("store = 'x'\ntext = x", "(at line 2, column 8)"),
        ('stroe = "x.db"', "unknown setting 'stroe', did you mean 'store'?"),
        ('[kafka]\nbootstrap_server = "x"', "did you mean 'kafka.bootstrap_servers'?"),
        ('bootstrap_servers = "x"', "did you mean 'kafka.bootstrap_servers'?"),
        ("[text]\nqqqq = 1", "unknown setting 'text.qqqq'; there are: text.languages, text.entities"),
        ('[text]\nmax_characters = "many"', "text.max_characters: input should be a valid integer"),
        ("[text]\nmax_characters = 3", "text.max_characters: input should be greater than or equal to 100"),
        ("kafka = 3", "hearken.toml: kafka: input should be a valid dictionary"),
        (BRAND + BRAND, "two brands have the id 'acme'"),
        (BRAND + '[[brands]]\nname = "Borealis"', "entry 2 of brands (Borealis): brands.query: field required"),
        (BRAND + 'qeury = "x"', "1 of brands (Acme): unknown setting 'brands.qeury', did you mean 'brands.query'?"),
        (BRAND + 'timezone = "Asia/Nowhere"', "brands.timezone: unknown timezone 'Asia/Nowhere'"),
        ('brands = "Acme"', "hearken.toml: brands: "),
        ('brands = ["Acme"]', "entry 1 of brands: brands: "),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_one_line(tmp_path: Path, text: str, expected: str) -> None:
    line = complaint(write(tmp_path, text))
    assert "hearken.toml: " in line
    assert expected in line


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert "nowhere.toml: No such file" in complaint(tmp_path / "nowhere.toml")
    assert "Is a directory" in complaint(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'store = "\xe9.db"')
    assert "latin.toml: not UTF-8 (byte 9)" in complaint(tmp_path / "latin.toml")


def test_a_mistake_in_the_brands_file_names_that_file(tmp_path: Path) -> None:
    path = write(tmp_path, BRAND)
    brands = write(tmp_path, '[[brands]]\nname = "Acme"', "brands.toml")
    assert re.search(r"brands\.toml: entry 1 of brands \(Acme\): brands.query", complaint(path, brands=brands))
    brands = write(tmp_path, 'store = "x"', "brands.toml")
    assert "brands.toml: 'store' does not belong here" in complaint(path, brands=brands)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("HEARKEN_STROE", "x", "HEARKEN_STROE in the environment: unknown setting 'stroe', did you mean 'store'?"),
        ("HEARKEN_KAFKA__SERVERS", "x", "HEARKEN_KAFKA__SERVERS in the environment: unknown setting 'kafka.servers'"),
        ("HEARKEN_TEXT__CACHE_SIZE", "no", "HEARKEN_TEXT__CACHE_SIZE in the environment: text.cache_size: "),
        ("HEARKEN_BRANDS", "acme", "HEARKEN_BRANDS in the environment: not valid JSON"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    assert expected in complaint(write(tmp_path, BRAND))


def test_secrets_are_masked_and_the_rest_is_shown(tmp_path: Path) -> None:
    text = (
        '[elasticsearch]\nurl = "https://elastic:canary@search:9200"\napi_key = "canary"\n'
        '[sources.example]\napi_token = "canary"\nurl = "https://social.example"\n'
        'accounts = [{ name = "a", password = "canary" }]\ntokens = { "social.example" = "canary" }\n'
    )
    settings = load(write(tmp_path, text))
    shown = masked(settings)
    assert "canary" not in repr(shown)
    assert shown["elasticsearch"]["url"] == "https://********@search:9200"
    assert shown["sources"]["example"]["url"] == "https://social.example"
    assert shown["text"]["max_characters"] == 10_000
    assert settings.elasticsearch.api_key is not None
    assert "canary" not in repr(settings)


def test_a_refused_secret_is_not_quoted(tmp_path: Path) -> None:
    assert "canary" not in complaint(write(tmp_path, '[elasticsearch]\napi_key = ["canary"]'))


def test_the_starter_file_is_valid_and_shows_every_setting_with_its_default(tmp_path: Path) -> None:
    text = STARTER.read_text(encoding="utf-8")
    assert [brand.id for brand in load(STARTER).brands] == ["acme-phone", "borealis-phone"]
    uncommented = re.sub(r"(?m)^#(?=[\[\w])", "", text)
    written = tomllib.loads(uncommented)
    names = set(written) | {
        f"{name}.{key}"
        for name, section in written.items()
        for part in (section if isinstance(section, list) else [section])
        if isinstance(part, dict)
        for key in part
    }
    # What a channel, a rule or a context can be told stands in examples, for there is none by default.
    shown = ("alerts.channels", "brands.rules", "brands.context", "api.tokens", "reception.doors")
    assert names == {name for name in setting_names(Settings) if not name.startswith(shown)}
    settings = load(write(tmp_path, re.sub(r'(?m)^\w+ = "\.\.\."$', "", uncommented)))
    assert settings.model_copy(update={"brands": ()}) == Settings()


def test_the_starter_files_channels_are_valid_and_show_every_setting(tmp_path: Path) -> None:
    text = STARTER.read_text(encoding="utf-8")
    found = re.search(r"(?ms)^# \[\[alerts\.channels\]\].*?(?=^$)", text)
    assert found is not None
    examples = re.sub(r"(?m)^# (?=\[\[|\w+ = )", "", found[0])
    channels = load(write(tmp_path, examples)).alerts.channels
    assert {channel.type for channel in channels} == {"apprise", "webhook", "pagerduty"}
    assert set().union(*(channel.model_fields_set for channel in channels)) >= set(ChannelSettings.model_fields)


def test_the_starter_files_rule_is_valid_and_shows_every_setting(tmp_path: Path) -> None:
    text = STARTER.read_text(encoding="utf-8")
    found = re.search(r"(?ms)^# \[\[brands\.rules\]\].*?(?=^# A brand whose|^$)", text)
    assert found is not None
    example = re.sub(r"(?m)^# (?=\[\[|\w+ = )", "", found[0])
    (rule,) = load(write(tmp_path, BRAND + example)).brands[0].rules
    assert rule.model_fields_set == set(KeywordRule.model_fields)


def test_the_starter_files_context_is_valid_and_shows_every_setting(tmp_path: Path) -> None:
    text = STARTER.read_text(encoding="utf-8")
    found = re.search(r"(?ms)^# \[brands\.context\].*?(?=^$)", text)
    assert found is not None
    example = re.sub(r"(?m)^# (?=\[|\w+ = )", "", found[0])
    context = load(write(tmp_path, BRAND + example)).brands[0].context
    assert context is not None
    assert context.model_fields_set == set(BrandContext.model_fields)


def test_two_rules_of_a_brand_have_two_names(tmp_path: Path) -> None:
    rule = '[[brands.rules]]\nname = "fire"\nquery = "fire"\n'
    assert "two rules are called 'fire'" in complaint(write(tmp_path, BRAND + rule + rule))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('username = "ann"', "only used with security_protocol"),
        ('security_protocol = "SSL"\npassword = "canary"', "only used with security_protocol"),
        ('security_protocol = "SASL_SSL"', "needs username and password"),
        ('security_protocol = "SASL_PLAINTEXT"', "kafka.security_protocol"),
        ('ca_file = "ca.crt"', "certificates are only used with security_protocol"),
        ('security_protocol = "SSL"\nkey_file = "us.key"', "key_file needs certificate_file"),
        ('sasl_mechanism = "OAUTHBEARER"', "kafka.sasl_mechanism"),
    ],
)
def test_a_credential_that_protects_nothing_is_refused(tmp_path: Path, lines: str, said: str) -> None:
    file = tmp_path / "hearken.toml"
    file.write_text(f"[kafka]\n{lines}\n")
    with pytest.raises(UsageError, match=said) as caught:
        load(file)
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_credentials_of_kafka_are_masked(tmp_path: Path) -> None:
    file = tmp_path / "hearken.toml"
    file.write_text('[kafka]\nsecurity_protocol = "SASL_SSL"\nusername = "ann"\npassword = "canary"\n')
    settings = load(file)
    assert "canary" not in f"{masked(settings)}{settings!r}"


def test_the_starter_files_tokens_are_valid(tmp_path: Path) -> None:
    lines = STARTER.read_text(encoding="utf-8").split("# [[api.tokens]]\n")[1].split("\n\n")[0]
    entry = re.sub(r"(?m)^# ", "", lines)
    (token,) = load(write(tmp_path, f"[[api.tokens]]\n{entry}\n")).api.tokens
    assert token.model_fields_set == set(type(token).model_fields)
