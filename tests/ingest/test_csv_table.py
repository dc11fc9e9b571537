import io

import pytest

from ingest.parsing import parse_stream
from ingest.sources.csv_table import CsvTable
from schemas.errors import Poison, UsageError
from schemas.post import PostEvent, post_id

TABLE = (
    'id,text,published_at\n1,Eine Kanne für Tee,2024-03-01\n2,"two\nlines, one cell",2024-03-02\n3,水壺,2024-03-03\n'
)
CHINESE = (
    "編號;內容;日期\n"
    "1;這支水壺的開關很快就壞了，客服也不回應;2024-03-01\n"
    "2;今天買了新的水壺，非常好推薦給大家;2024-03-02\n"
)


def outcomes(payload: bytes, table: CsvTable | None = None) -> list[tuple[int, PostEvent | str]]:
    found: list[tuple[int, PostEvent | str]] = []
    for record, outcome in parse_stream(table or CsvTable(), io.BytesIO(payload)):
        if isinstance(outcome, Poison):
            found.append((record.number, outcome.reason))
        else:
            found += [(record.number, event) for event in outcome if isinstance(event, PostEvent)]
    return found


def texts(payload: bytes, table: CsvTable | None = None) -> list[str | None]:
    return [event.text for _, event in outcomes(payload, table) if isinstance(event, PostEvent)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_rows_have_the_numbers_of_their_lines(encoding: str) -> None:
    found = outcomes(TABLE.encode(encoding))
    assert [number for number, _ in found] == [2, 3, 5]
    assert texts(TABLE.encode(encoding))[1] == "two\nlines, one cell"


@pytest.mark.parametrize("encoding", ["big5", "utf-8", "utf-16-le", "gb18030"])
def test_chinese_encodings_are_told_apart(encoding: str) -> None:
    content = CHINESE if encoding != "gb18030" else CHINESE.replace("這", "这").replace("壺", "壶")
    assert texts(("\ufeff" if encoding == "utf-16-le" else "").encode(encoding) + content.encode(encoding)) == [
        line.split(";")[1] for line in content.splitlines()[1:]
    ]


def test_western_and_given_encodings() -> None:
    payload = "text\tdate\nLe café était très mauvais\t2024-03-01\nGröße stimmt nicht\t2024-03-02\n".encode("cp1252")
    assert texts(payload) == ["Le café était très mauvais", "Größe stimmt nicht"]
    assert texts("text,date\n水壺,2024-03-01\n".encode("big5"), CsvTable(encoding="big5")) == ["水壺"]


@pytest.mark.parametrize(
    "written", ["2024/3/1 12:00", "2024年3月1日 12:00", "2024-03-01 12:00", "Fri, 1 Mar 2024 12:00:00 +0000"]
)  # fmt: skip
def test_times_as_people_write_them(written: str) -> None:
    ((_, found),) = outcomes(f'正文;发布时间\nx;"{written}"\n'.encode())
    assert isinstance(found, PostEvent)
    assert found.version == 1709294400000


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_and_common_names(separator: str) -> None:
    header = [
        "Tweet ID",
        "Full-Text",
        "Created At",
        "Screen_Name",
        "Followers Count",
        "Retweets",
        "Likes",
        "Country",
        "Lang",
    ]
    row = ["7", "A kettle", "2024-03-01 12:00", "mia", "1200.0", "", "0", "TW", "in"]
    [(_, event)] = outcomes(f"{separator.join(header)}\n{separator.join(row)}\n".encode())
    assert isinstance(event, PostEvent)
    assert (event.source, event.id, event.lang) == ("csv", post_id("csv", "7"), "id")
    assert event.author
    assert (event.author.handle, event.author.followers) == ("mia", 1200)
    assert event.counts
    assert (event.counts.reposts, event.counts.likes) == (None, 0)
    assert event.place
    assert event.place.country == "TW"


def test_columns_can_be_named() -> None:
    payload = b"when,what,who\n2024-03-01,A <b>kettle</b>,Mia\n"
    assert outcomes(payload)[0][1] == "bad_time"
    table = CsvTable({"text": "what", "published_at": "when", "author": "who"}, markup="html")
    [(_, event)] = outcomes(payload, table)
    assert isinstance(event, PostEvent)
    assert event.text == "A kettle"
    assert event.author
    assert event.author.name == "Mia"
    assert outcomes(b"a,b\n1,2\n", table)[0][1] == "bad_shape"
    with pytest.raises(UsageError, match="no field 'smell'"):
        CsvTable({"smell": "what"})


def test_a_row_without_an_id_has_one_by_its_content() -> None:
    rows = b"text,date\na,2024-03-01\na,2024-03-01\na,2024-03-02\n"
    ids = [event.id for _, event in outcomes(rows) if isinstance(event, PostEvent)]
    assert ids[0] == ids[1] != ids[2]


def test_the_network_is_a_column_if_it_looks_like_one() -> None:
    found = outcomes(b"id,text,date,source\n1,a,2024-03-01,forum\n2,b,2024-03-01,Web App 2.0\n")
    assert [event.source for _, event in found if isinstance(event, PostEvent)] == ["forum", "csv"]


def test_bad_rows_are_refused_one_by_one() -> None:
    rows = [
        "id,text,date", "1,good kettle,2024-03-01", "2,too,many,cells", "3,too few", '4,"a "quote" inside",2024-03-01',
        "5,café,2024-03-01", "6,@,2024-03-01", f"7,{'x' * 200_000},2024-03-01", "8,early,0001-01-01",
        "9,late,3000-01-01", "", "10,,2024-03-01", "11,good,2024-03-01", '12,"never closed,2024-03-01',
    ]  # fmt: skip
    found = outcomes("\n".join(rows).encode().replace(b"@", b"\xff\xfe"))
    assert [(number, what if isinstance(what, str) else what.native_id) for number, what in found] == [
        (2, "1"), (3, "bad_shape"), (4, "truncated"), (5, "bad_shape"), (6, "5"), (7, "bad_encoding"),
        (8, "too_large"), (9, "bad_time"), (10, "bad_time"), (12, "10"), (13, "11"), (14, "truncated"),
    ]  # fmt: skip


def test_a_row_keeps_its_bytes_and_an_empty_table_has_none() -> None:
    records = list(CsvTable().records(io.BytesIO(b'id,text\n1,"a\nb"\n')))
    assert [record.payload for record in records] == [b'1,"a\nb"']
    assert list(CsvTable().records(io.BytesIO(b""))) == list(CsvTable().records(io.BytesIO(b"id,text\n"))) == []


@pytest.mark.parametrize("head", [b"id,te\rxt", b'"' + b"x" * 200_000 + b'",text'])
def test_a_header_that_is_none_is_bad_rows_and_no_error(head: bytes) -> None:
    found = outcomes(head + b"\n1,a kettle\n")
    assert {reason for _, reason in found} <= {"bad_shape", "too_large", "bad_time"}
    assert found
