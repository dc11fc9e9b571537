"""Queries as searches of Elasticsearch: what the server finds by itself, before the matcher has its last word."""

from collections.abc import Iterator
from random import Random

import pytest

from schemas.mention import Mention
from schemas.post import Author, Place
from schemas.query.evaluate import evaluate
from schemas.query.parse import parse_query
from sinks.elastic.indices import Names
from sinks.elastic.reader import Reader
from sinks.elastic.search import may_match
from sinks.elastic.store import ElasticStore
from sinks.store import Write
from tests.support.elastic import empty_store
from tests.support.mentions import mention

WORDS = ["tea", "$tea", "#cup", "cup", "teapot", "and", "愛客", "☕", "x."]


def documents() -> list[Mention]:
    random = Random(3)
    return [
        mention(
            str(n),
            text=" ".join(random.choices(WORDS, k=4)),
            title=random.choice([None, "tea and cup"]),
            lang=random.choice([None, "en", "zh-Hant"]),
            place=random.choice([None, Place(country="TW")]),
            author=random.choice([None, Author(name="Ann"), Author(handle="ann", followers=random.choice([5, 500]))]),
        )
        for n in range(200)
    ]


DOCUMENTS = documents()


@pytest.fixture(scope="module")
def store(each_elasticsearch: str) -> Iterator[ElasticStore]:
    with empty_store(each_elasticsearch) as made:
        made.write(Write(mentions=DOCUMENTS))
        yield made


def proposed(store: ElasticStore, written: str) -> set[str]:
    reader, index = Reader(store.client), Names(store.settings.index_prefix).alias("mentions")
    return {source["id"] for source in reader.hits(index, [may_match(parse_query(written))], [{"id": "asc"}])}


def matching(written: str) -> set[str]:
    return {document.id for document in DOCUMENTS if evaluate(parse_query(written), document)}


@pytest.mark.parametrize(
    "written",
    [
        "tea", "$tea", "tea*", '"tea cup"', '"$tea cup"', '"cup tea"~1', '"$tea teapot"~2', "愛客", "NOT 愛客", "☕",
        "NOT ($tea OR cup OR 愛客)", "tea AND NOT lang:zh", "NOT lang:zh", "NOT (lang:zh AND country:TW)",
        "NOT followers:>10", "author:ann AND NOT followers:5", "NOT author:bob", 'NOT "tea cup"~1 AND NOT "$tea cup"',
    ],
)  # fmt: skip
def test_the_server_is_exact_by_itself(store: ElasticStore, written: str) -> None:
    assert proposed(store, written) == matching(written)
    assert matching(written)


@pytest.mark.parametrize("written", ["愛客*", "NOT 愛客*", "NOT (愛客* OR tea)"])
def test_where_it_cannot_be_it_proposes_more(store: ElasticStore, written: str) -> None:
    assert proposed(store, written) >= matching(written)
    assert matching(written)


def test_an_or_of_many_words_is_few_clauses() -> None:
    found = may_match(parse_query(" OR ".join(f"w{n} OR $s{n}" for n in range(4_000))))
    assert [list(clause) for clause in found["bool"]["should"]] == [["terms"], ["terms"]]


def test_more_phrases_than_a_server_takes_are_left_to_the_matcher(store: ElasticStore) -> None:
    many = " OR ".join(f'"w{n} v"' for n in range(2_000))
    assert proposed(store, f"cup AND ({many})") == matching("cup")
