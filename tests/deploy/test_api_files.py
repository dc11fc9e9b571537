"""Files that go out and one that is written: exports in every form, and the brands that are saved."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.api.brands_file import save
from schemas.errors import UsageError
from schemas.post import Author
from schemas.settings import load
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.api import ACME, api, data
from tests.support.mentions import mention

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "＝1", '=HYPERLINK("http://a.example")', "＠x"]
COUNT = 1_203


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    path = tmp_path_factory.mktemp("files") / "store.db"
    ordinary = [mention(str(n), hours=-n, text=f'words, "quoted" {n}') for n in range(COUNT - len(FORMULAS))]
    bad = [
        mention(f"f{n}", hours=n, text=text, author=Author(id=f"f{n}", handle=text), hashtags=[text])
        for n, text in enumerate(FORMULAS)
    ]
    with SqliteStore(path) as store:
        store.write(Write(mentions=[*ordinary, *bad]))
    with api(path) as made:
        yield made


def exported(client: httpx.Client, form: str, **filters: str) -> httpx.Response:
    answer = client.get("/v1/export/mentions", params={"format": form, "limit": "5000"} | filters)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="mentions.{form}"'
    return answer


def test_csv_holds_every_mention_and_no_formula(client: httpx.Client) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(client, "csv").text)))
    assert len(rows) == len({row["id"] for row in rows}) == COUNT
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@\t\n＝＋－＠")]
    assert rows[-1]["text"].startswith('words, "quoted" ')
    assert {"'=1+1", "'@SUM(A1)"} <= {row["text"] for row in rows}


def test_ndjson_holds_whole_documents(client: httpx.Client) -> None:
    rows = [json.loads(line) for line in exported(client, "ndjson", limit="700").text.splitlines()]
    assert len(rows) == 700
    assert rows[0]["text"] == FORMULAS[-1]
    (found,) = [json.loads(line) for line in exported(client, "ndjson", query='"quoted 7"').text.splitlines()]
    assert found["native_id"] == "7"


def test_parquet_holds_every_mention_with_numbers_as_numbers(client: httpx.Client, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "mentions.parquet"
    file.write_bytes(exported(client, "parquet").content)
    table = parquet.read_table(file)
    assert table.num_rows == COUNT
    assert str(table.schema.field("engagement").type) == "int64"


def test_without_pyarrow_one_is_told_what_to_install(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = client.get("/v1/export/mentions", params={"format": "parquet", "limit": 1})
    assert answer.status_code == 501
    assert answer.json()["detail"] == "Parquet needs pyarrow: install hearken[parquet] on the server"


def test_a_saved_brand_is_what_a_run_would_read(client: httpx.Client, tmp_path: Path) -> None:
    file, store = tmp_path / "brands.toml", tmp_path / "store.db"
    file.write_text(
        '# ours\n[[brands]]\nname = "Acme"\nquery = "acme"\n[[brands.rules]]\nname = "fire"\nquery = "fire"\n',
        encoding="utf-8",
    )
    SqliteStore(store).close()
    odd = '"a \\"b\\"" OR 愛客 OR it\'s OR \\\\x'
    with api(store, file, load(None, file).brands) as saving:
        changed = {"name": "Acme", "query": "acme OR acmephone", "exclude": ["jobs"], "aliases": ["愛客", 'q"\\\x7f']}
        assert saving.put("/v1/brands/acme", json=changed).status_code == 200
        assert saving.put("/v1/brands/odd-one", json={"name": "Odd", "query": odd}).status_code == 200
        assert [one["id"] for one in data(saving.get("/v1/brands"))] == ["acme", "odd-one"]
        assert saving.put("/v1/brands/bad", json={"name": "Bad", "query": "(a"}).status_code == 422
        assert saving.put("/v1/brands/b d", json={"name": "Bad", "query": "a"}).status_code == 422
        assert saving.put("/v1/brands/bad", json={"name": "B", "query": "a", "timezone": "X"}).status_code == 422
    first, second = load(None, file).brands
    assert (first.query, first.exclude, first.aliases) == ("acme OR acmephone", ("jobs",), ("愛客", 'q"\\\x7f'))
    assert [rule.name for rule in first.rules] == ["fire"]
    assert (second.id, second.name, second.query) == ("odd-one", "Odd", odd)


def test_without_a_brands_file_one_is_told_what_to_write(client: httpx.Client) -> None:
    answer = client.put("/v1/brands/new", json={"name": "New", "query": "new"})
    assert answer.status_code == 409
    assert answer.json()["toml"] == '[[brands]]\nid = "new"\nname = "New"\nquery = "new"\n'
    assert client.get(f"/v1/brands/{ACME.id}").json()["query"] == "acme"


def test_a_brands_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "brands.toml"
    file.write_text("[[brands", encoding="utf-8")
    with pytest.raises(UsageError, match="mend it first"):
        save(file, {"id": "a", "name": "A", "query": "a"})
    assert file.read_text(encoding="utf-8") == "[[brands"
