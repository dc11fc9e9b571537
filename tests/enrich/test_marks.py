import pytest

from enrich.marks import distinct, emojis, is_pictures, marks, without_marks


def found(text: str, kind: str) -> list[str]:
    return [mark for its_kind, mark in marks(text) if its_kind == kind]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://acme.example/a?b=1&c=2, then go", ["https://acme.example/a?b=1&c=2"]),
        ("(https://acme.example/a_(shoe)).", ["https://acme.example/a_(shoe)"]),
        ("很好http://t.example/abc很好", ["http://t.example/abc"]),
        ("HTTPS://ACME.EXAMPLE/X!", ["HTTPS://ACME.EXAMPLE/X"]),
        ("t.co/Ab1 and not.t.co/Ab1", ["t.co/Ab1"]),
        ("cut off http://t.c…", []),
        ("https://blog.example/@anna#top", ["https://blog.example/@anna#top"]),
        ("no link: http:// or acme.example", []),
    ],
)
def test_links_end_where_the_sentence_goes_on(text: str, links: list[str]) -> None:
    assert found(text, "link") == links
    assert found(text, "handle") == found(text, "tag") == []


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("RT @bob: .@carol hi", ["bob", "carol"]),
        ("@anna.blogs.example and @ed@social.example, you", ["anna.blogs.example", "ed@social.example"]),
        ("thanks @acme. Great", ["acme"]),
        ("你好@acmeさん", ["acme"]),
        ("//@中文名字: 好", ["中文名字"]),
        ("write to anna@acme.example @ noon", []),
    ],
)
def test_handles_of_each_network(text: str, handles: list[str]) -> None:
    assert found(text, "handle") == handles


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Acme #acme_phone!", ["Acme", "acme_phone"]),
        ("#話題#你好 #Apple 发布会#", ["話題", "Apple 发布会"]),
        ("#話題 很好看 #再一個", ["話題", "再一個"]),
        ("#iPhone15#发布了", ["iPhone15"]),
        ("#हिन्दी #café", ["हिन्दी", "café"]),
        ("＃全形", ["全形"]),
        ("#1 fan of C# and F# &#39;", []),
    ],
)
def test_hashtags_without_their_signs(text: str, tags: list[str]) -> None:
    assert found(text, "tag") == tags


def test_an_emoji_of_several_code_points_is_one() -> None:
    assert list(emojis("a ❤️ 👨‍👩‍👧🇹🇼 1️⃣ 12 👍🏽👍 #️⃣ © Acme™ 中")) == ["❤️", "👨‍👩‍👧", "🇹🇼", "1️⃣", "👍🏽", "👍", "#️⃣"]


def test_without_marks_words_are_left() -> None:
    assert without_marks("Hi @bob, #Acme #話題# https://a.example/b 😀 done").split() == [
        "Hi",
        ",",
        "Acme",
        "話題",
        "done",
    ]


def test_distinct_keeps_the_order() -> None:
    assert distinct(["b", "a", "b"]) == ["b", "a"]


@pytest.mark.parametrize(
    "seed", ["#", "@", "#a", "# ", "#中 ", "http://", "http://(", "(a)", "@a.", "😀", "\u200d", "1\ufe0f"]
)
@pytest.mark.timeout(5)
def test_hostile_repetition_takes_linear_time(seed: str) -> None:
    text = "http://" * (seed == "(a)") + seed * 10_000
    assert len(list(marks(text))) <= len(text)
    assert len(without_marks(text)) <= 3 * len(text)
    assert sum(1 for _ in emojis(text)) <= len(text)


@pytest.mark.parametrize("text", ["😍", "👍🏽👍🏽!!", ":(", "<3 <3", "@acme 😡 https://t.example/abc", "😂，😂"])
def test_what_speaks_by_pictures_alone(text: str) -> None:
    assert is_pictures(text)


@pytest.mark.parametrize(
    "text", ["", "...", "ok 😍", "10/10 🔥", "#love 😍", "https://t.example/abc", "@acme", "™", "好😍"]
)
def test_what_has_words_or_no_pictures(text: str) -> None:
    assert not is_pictures(text)


def test_a_few_words_may_stand_beside_pictures() -> None:
    assert is_pictures("Acme and Borealis ❤️", 3)
    assert not is_pictures("Acme and Borealis ❤️", 2)
    assert not is_pictures("Acme", 3)
