"""What a query means: its tree."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.query.parse import parse_query
from schemas.query.tree import And, FieldIs, Followers, Meant, Near, Node, Not, Or, Phrase, Prefix, Query

a, b, c, d = (Phrase((letter,)) for letter in "abcd")


@pytest.mark.parametrize(
    ("query", "root"),
    [
        ("a", a),
        ("a b c", Or((a, b, c))),
        ("a OR b AND c", Or((a, And((b, c))))),
        ("a AND b OR c", Or((And((a, b)), c))),
        ("a b AND c", Or((a, And((b, c))))),
        ("a AND b c", Or((And((a, b)), c))),
        ("a OR b c", Or((a, b, c))),
        ("NOT a b", Or((Not(a), b))),
        ("a NOT b", Or((a, Not(b)))),
        ("a AND NOT b OR c", Or((And((a, Not(b))), c))),
        ("NOT a AND b", And((Not(a), b))),
        ("NOT (a AND b) OR c", Or((Not(And((a, b))), c))),
        ("NOT NOT a", Not(Not(a))),
        ("NOT a", Not(a)),
        ("(a OR b) AND (c OR d)", And((Or((a, b)), Or((c, d))))),
        ("((a) OR (b OR c))", Or((a, b, c))),
        ("a and or not", Or((a, Phrase(("and",)), Phrase(("or",)), Phrase(("not",))))),
    ],
)
def test_not_binds_before_and_before_or(query: str, root: Node) -> None:
    assert parse_query(query).root == root


@pytest.mark.parametrize(
    ("query", "root"),
    [
        ("a -b", And((a, Not(b)))),
        ("a b -c", And((Or((a, b)), Not(c)))),
        ("a -b c -d", And((Or((a, c)), Not(b), Not(d)))),
        ("+a +b -c", And((a, b, Not(c)))),
        ("+a", a),
        ("-a", Not(a)),
        ("-a -b", And((Not(a), Not(b)))),
        ("a AND -b", And((a, Not(b)))),
        ("a AND -(b c)", And((a, Not(Or((b, c)))))),
        ("d OR (a -b)", Or((d, And((a, Not(b)))))),
    ],
)
def test_plus_and_minus_as_in_kibana(query: str, root: Node) -> None:
    assert parse_query(query).root == root


@pytest.mark.parametrize(
    ("query", "root"),
    [
        ("Acme", Phrase(("acme",))),
        ('"Acme Phone"', Phrase(("acme", "phone"))),
        ("coca-cola", Phrase(("coca", "cola"))),
        ("acme.com", Phrase(("acme", "com"))),
        ("AT&T", Phrase(("at", "t"))),
        ("yahoo!", Phrase(("yahoo",))),
        ("don’t", Phrase(("don't",))),
        ("we$t", Phrase(("we$t",))),
        ("$T", Phrase(("$t",))),
        ('"buy $T now"', Phrase(("buy", "$t", "now"))),
        ("#華為", Phrase(("#华", "为"))),
        ("愛客美手機", Phrase(("爱", "客", "美", "手", "机"))),
        ("iPhone手機", Phrase(("iphone", "手", "机"))),
        ("サムスン", Phrase(("サ", "ム", "ス", "ン"))),
        ("한국", Phrase(("한국",))),
        ("👍🏽", Phrase(("👍",))),
        ("job*", Prefix(("job",))),
        ("$TS*", Prefix(("$ts",))),
        ("手*", Prefix(("手",))),
        ("iPhone手機*", Prefix(("iphone", "手", "机"))),
        ('"acme phone"~3', Near((("acme",), ("phone",)), 3)),
        ('"acme 手機 coca-cola"~0', Near((("acme",), ("手", "机"), ("coca", "cola")), 0)),
        ('"a a"~2', a),
        ('"acme"~2', Phrase(("acme",))),
        (r"acme\:phone", Phrase(("acme", "phone"))),
        (r'"say \"acme\" \*"', Phrase(("say", "acme"))),
        (r"\(acme\)", Phrase(("acme",))),
        ('"AND"', Phrase(("and",))),
    ],
)
def test_words_phrases_prefixes_and_nearness(query: str, root: Node) -> None:
    assert parse_query(query).root == root


@pytest.mark.parametrize(
    ("query", "root"),
    [
        ("lang:EN", FieldIs("lang", "en")),
        ("lang:zh_Hant", FieldIs("lang", "zh-hant")),
        ("lang: en", FieldIs("lang", "en")),
        ("lang:(en OR zh)", Or((FieldIs("lang", "en"), FieldIs("lang", "zh")))),
        ("lang:(en zh)", Or((FieldIs("lang", "en"), FieldIs("lang", "zh")))),
        ("NOT lang:en", Not(FieldIs("lang", "en"))),
        ('author:"Ann  Lee"', FieldIs("author", "ann lee")),
        ("author:@Ann", FieldIs("author", "ann")),
        ("site:www.Acme.com", FieldIs("site", "acme.com")),
        ("source:Bluesky", FieldIs("source", "bluesky")),
        ("country:tw", FieldIs("country", "TW")),
        ("followers:5", Followers(5, 5)),
        ("followers:>1000", Followers(1001, None)),
        ("followers:>=1000", Followers(1000, None)),
        ("followers:<10", Followers(None, 9)),
        ("followers:<=10", Followers(None, 10)),
        ("followers:[10 TO 20]", Followers(10, 20)),
        ("followers:{10 TO 20}", Followers(11, 19)),
        ("followers:[10 TO 20}", Followers(10, 19)),
        ("followers:[* TO 20]", Followers(None, 20)),
        ("meant:>=70", Meant(70, None)),
        ("meant:[0 TO 30]", Meant(0, 30)),
        ("followers:(>10 AND <20)", And((Followers(11, None), Followers(None, 19)))),
        ("a AND -lang:en", And((a, Not(FieldIs("lang", "en"))))),
    ],
)
def test_fields(query: str, root: Node) -> None:
    assert parse_query(query).root == root


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("“acme phone”～３", '"acme phone"~3'),
        ("„acme phone“ OR «le phone»", '"acme phone" OR "le phone"'),
        ("「愛客美 手機」", '"愛客美 手機"'),
        ("（愛客　OR　手機）AND NOT 電池＊", "(愛客 OR 手機) AND NOT 電池*"),
        ("lang：zh ＡＮＤ followers：＞１０", "lang:zh AND followers:>10"),
        ("a －b", "a -b"),
    ],
)
def test_curly_quotes_and_full_width_signs_are_read_as_plain(written: str, plain: str) -> None:
    assert parse_query(written).root == parse_query(plain).root


def test_a_leaf_knows_where_it_was_written() -> None:
    query = parse_query("（愛客美  OR “acme phone”~2）AND job*")
    leaves: list[Phrase | Prefix | Near] = []

    def walk(node: Node) -> None:
        if isinstance(node, And | Or):
            for child in node.nodes:
                walk(child)
        elif isinstance(node, Phrase | Prefix | Near):
            leaves.append(node)

    walk(query.root)
    assert [query.written(leaf) for leaf in leaves] == ["愛客美", "“acme phone”~2", "job*"]


nodes = st.recursive(
    st.sampled_from([a, b, c, d, Prefix(("job",)), FieldIs("lang", "en"), Near((("a",), ("b",)), 2)]),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda some: And(tuple(some)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda some: Or(tuple(some)), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=12,
)


def flat(node: Node) -> Node:
    """Return the tree without an AND directly in an AND, or an OR in an OR."""
    if isinstance(node, Not):
        return Not(flat(node.node))
    if not isinstance(node, And | Or):
        return node
    kind = type(node)
    children = [flat(child) for child in node.nodes]
    return kind(tuple(part for child in children for part in (child.nodes if isinstance(child, kind) else [child])))


def write(node: Node, random: Random, within: int = 0) -> str:
    """Write a tree with no more brackets than NOT before AND before OR needs; an OR with or without the word."""
    if isinstance(node, Not):
        return f"NOT {write(node.node, random, 3)}"
    if isinstance(node, Or | And):
        strength = 1 if isinstance(node, Or) else 2
        joint = random.choice([" OR ", " "]) if strength == 1 else " AND "
        text = joint.join(write(child, random, strength) for child in node.nodes)
        return f"({text})" if strength < within else text
    if isinstance(node, Phrase | Prefix):
        return node.words[0] + ("*" if isinstance(node, Prefix) else "")
    return "lang:en" if isinstance(node, FieldIs) else '"a b"~2'


@given(nodes, st.randoms(use_true_random=False))
def test_any_tree_can_be_written_and_read_again(node: Node, random: Random) -> None:
    text = write(node, random)
    assert parse_query(text) == Query(text, flat(node))
