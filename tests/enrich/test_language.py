import pytest

from enrich.stages.language import Language, normalised
from schemas.errors import UsageError
from schemas.mention import Analysis
from schemas.settings import Settings, TextSettings


@pytest.fixture(scope="module")
def stage() -> Language:
    return Language(Settings())


def language(stage: Language, text: str, lang: str | None = None) -> str:
    return stage.apply([Analysis(text=text, lang=lang)])[0].language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the battery of my new phone died again after an hour", "en"),
        ("der Akku meines neuen Telefons ist schon wieder leer", "de"),
        ("la batterie de mon nouveau téléphone est encore vide", "fr"),
        ("la batería de mi teléfono nuevo se agotó otra vez", "es"),
        ("بطارية هاتفي الجديد نفدت مرة أخرى", "ar"),
        ("मेरे नए फोन की बैटरी फिर खत्म हो गई", "hi"),
        ("mere naye phone ki battery phir khatam ho gayi hai yaar", "hi"),
        ("新しい電話の電池がまた切れた", "ja"),
        ("새 휴대폰 배터리가 또 나갔어요", "ko"),
        ("新手机的电池又没电了", "zh-Hans"),
        ("新手機的電池又沒電了", "zh-Hant"),
        ("你好", "zh-Hans"),
        ("鮮の味餐廳的新菜單真的很值得推薦", "zh-Hant"),
    ],
)
def test_each_language(stage: Language, text: str, expected: str) -> None:
    assert language(stage, text) == expected


def test_hindi_in_latin_letters_only_where_hindi_is_told_apart(stage: Language) -> None:
    text = "bhai yeh phone bahut accha hai"
    assert language(stage, text) == "hi"
    assert language(Language(Settings(text=TextSettings(languages=("en", "de")))), text) != "hi"
    assert language(stage, "hey bhai, the new phone is so good") == "en"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "😀😀",
        "https://the.battery.of/my/new/phone/died/again",
        "2024 12 1.5",
        "!!!",
        "@the_battery_died",
        "ok",
        "❤️👍🏽",
        "😂 https://a.example/x @anna #😀",
        "\u200b\u200e\ufeff",
        "\u202e\u202c",
        "1️⃣ 2️⃣",
        "™ © ®",
        "https://a.example/b https://c.example/d",
        "(╯°□°)╯",
    ],
)
def test_never_a_guess(stage: Language, text: str) -> None:
    assert language(stage, text) == "und"


@pytest.mark.parametrize("text", ["Это новый телефон, он мне очень нравится", "ฉันชอบโทรศัพท์เครื่องใหม่ของฉันมาก"])
def test_a_language_that_is_not_told_apart_is_unknown(stage: Language, text: str) -> None:
    assert language(stage, text) == "und"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("VOU CHORAR MUITO, MEU DEUS, QUE LINDO", "pt"),
        ("THE BATTERY OF MY NEW PHONE DIED AGAIN", "en"),
        ("DER AKKU MEINES NEUEN TELEFONS IST LEER", "de"),
    ],
)
def test_capitals_change_nothing(stage: Language, text: str, expected: str) -> None:
    assert language(stage, text) == language(stage, text.lower()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u202eבطارية هاتفي الجديد نفدت مرة أخرى\u202c", "ar"),
        ("新手机 battery 的电池又没电了", "zh-Hans"),
        ("my new phone 新手机 is dead again and nobody cares", "en"),
        ("the bat\u200btery of my new ph\u200bone died again", "en"),
        ("the battery of my new phone died again " * 250, "en"),
    ],
)
def test_mixed_and_odd_texts(stage: Language, text: str, expected: str) -> None:
    assert language(stage, text) == expected


def test_marks_do_not_decide(stage: Language) -> None:
    text = "電池又沒電了 https://the.battery.of/my/new/phone/died/again @the_battery_of_my_phone"
    assert language(stage, text) == "zh-Hant"


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("pt_BR", "pt"),
        ("in", "id"),
        ("iw", "he"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("cmn", "zh"),
        ("zh-CN", "zh"),
        ("und", None),
        ("qme", None),
        ("english", None),
        ("", None),
        ("\0", None),
    ],
)
def test_a_given_language_is_normalised(lang: str, expected: str | None) -> None:
    assert normalised(lang) == expected


def test_a_given_language_is_trusted(stage: Language) -> None:
    assert language(stage, "der Akku ist leer", "nl") == "nl"
    assert language(stage, "", "en") == "en"
    assert language(stage, "新手機的電池又沒電了", "zh") == "zh-Hant"
    assert language(stage, "新手机的电池又没电了", "zh-CN") == "zh-Hans"


def test_unknown_as_given_is_as_not_given(stage: Language) -> None:
    assert language(stage, "the battery of my new phone died again", "und") == "en"


def test_a_language_the_model_does_not_know_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match="xx") as refused:
        Language(Settings(text=TextSettings(languages=("en", "xx"))))
    assert "\n" not in str(refused.value)
