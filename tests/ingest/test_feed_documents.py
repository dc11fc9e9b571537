"""Documents of feeds: encodings, broken XML, bombs, several in one file, whatever else."""

import base64
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feed.document import FeedDocument, document_of
from ingest.parsing import parse_stream
from ingest.records import Record
from ingest.source import source
from schemas.errors import Poison
from schemas.post import PostEvent

ITEM = "<rss version='2.0'><channel><item><title>{}</title></item></channel></rss>"
TEXTS = {
    "big5": "愛客美手機今天發表新產品，許多人排隊購買",
    "gb2312": "爱客美手机今天发布新产品，许多人排队购买",
    "euc-kr": "오늘 새로운 휴대폰이 발표되어 많은 사람들이 줄을 섰다",
    "koi8-r": "Сегодня представлен новый телефон, многие стоят в очереди",
    "windows-1251": "Сегодня представлен новый телефон, многие стоят в очереди",
    "tis-620": "วันนี้เปิดตัวโทรศัพท์ใหม่และมีคนเข้าแถวซื้อจำนวนมาก",
    "shift_jis": "本日新しい電話が発表され、多くの人が並んで買いました",
    "iso-8859-1": "Aujourd’hui".replace("’", "'") + " le téléphone a été présenté",
    "utf-16": "今日發表 new phone",
    "utf-8": "今日發表 new phone",
}
SNIFFED = ["big5", "euc-kr", "koi8-r", "tis-620", "shift_jis", "utf-8", "utf-16"]


def titles(document: bytes, content_type: str = "") -> list[str | None]:
    return [item.fields.get("title") for item in FeedDocument(document, content_type=content_type).feed().items]


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_declared_encoding(encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?>\n{ITEM.format(TEXTS[encoding])}'.encode(encoding)
    assert titles(document) == [TEXTS[encoding]]


@pytest.mark.parametrize("encoding", SNIFFED)
def test_an_encoding_that_nobody_declares(encoding: str) -> None:
    assert titles(ITEM.format(TEXTS[encoding]).encode(encoding)) == [TEXTS[encoding]]


@pytest.mark.parametrize("encoding", ["big5", "koi8-r", "windows-1251", "iso-8859-1"])
def test_an_encoding_that_only_the_header_declares(encoding: str) -> None:
    document = ITEM.format(TEXTS[encoding]).encode(encoding)
    assert titles(document, f'text/xml; charset="{encoding}"') == [TEXTS[encoding]]


@pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii", "no-such-encoding", "punycode", "utf-16", "zlib"])
def test_utf_8_under_a_wrong_name(declared: str) -> None:
    document = f'<?xml version="1.0" encoding="{declared}"?>\n{ITEM.format("新手機")}'.encode()
    assert titles(document, f"text/xml; charset={declared}") == ["新手機"]


def test_one_wrong_byte_does_not_change_the_encoding() -> None:
    document = (b'<?xml version="1.0" encoding="utf-8"?>' + ITEM.format("新手機" * 50 + "X").encode()).replace(
        b"X", b"\xff"
    )
    assert titles(document) == ["新手機" * 50 + "\ufffd"]


@pytest.mark.parametrize(
    "document",
    [
        "<rss><channel><item><title>Acme & Co</title></item></channel></rss>",
        "<rss><channel><item><title>Acme &amp; Co</title></item>",
        "<rss><channel><item><title>Acme & Co</title><itunes:x/></item></channel></rss>",
        "\n\n<?xml version='1.0'?><rss><channel><item><title>Acme &amp; Co</title></item></channel></rss> junk",
        "<rss><channel><item><title>Acme\x0b &amp; Co</title><a href=x></item></channel>",
    ],
)
def test_broken_xml_is_read_as_far_as_it_goes(document: str) -> None:
    assert [str(title).replace("\x0b", "") for title in titles(document.encode())] == ["Acme & Co"]


def test_references_to_what_is_no_character_lose_no_document() -> None:
    document = ITEM.format("&#128512; &#55357;&#56832; &#xD83D; &#xFFFFFFFF; &#x0; &#99999999999999; ok")
    assert titles(document.encode()) == ["😀 😀 \ufffd \ufffd \ufffd \ufffd ok"]


def test_harmless_entities_are_put_in() -> None:
    subset = '<!ENTITY % lat PUBLIC "-//x//EN" "http://x.example/lat.ent"> %lat; <!ENTITY eacute "&#233;">'
    subset += ' <!ENTITY co "Acme">'
    document = (
        f"<?xml version='1.0'?><!-- <a> --><!DOCTYPE rss [{subset}]>{ITEM.format('caf&eacute; &co; &amp; &nbsp;')}"
    )
    assert titles(document.encode()) == ["café Acme &"]


def _laughs() -> str:
    return "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))


BOMBS = {
    "billion laughs": f"<!DOCTYPE r [{_laughs()}]>{ITEM.format('&a11;')}".encode(),
    "billion laughs in UTF-16": f"<!DOCTYPE r [{_laughs()}]>{ITEM.format('&a11;')}".encode("utf-16"),
    "quadratic": f'<!DOCTYPE r [<!ENTITY a "{"x" * 100_000}">]>{ITEM.format("&a;" * 100_000)}'.encode(),
    "quadratic and broken": f'?<!DOCTYPE r [<!ENTITY a "{"x" * 99_999}">]><x:y>{ITEM.format("&a;" * 99_999)}'.encode(),
    "a file": f'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>{ITEM.format("&a;")}'.encode(),
    "deep": b"<rss>" + b"<a>" * 100_000,
    "deep and broken": b"<rss><x:y/>" + b"<a>" * 90_000 + b"</a>" * 90_000,
    "attributes": b"<rss " + b"".join(b'a%d="1" ' % n for n in range(100_000)) + b"/>",
    "attributes without values": b"<rss><x:y/><item " + b"".join(b"a%d " % n for n in range(100_000)) + b"/>",
    "tags": b"<rss><channel>" + b"<item></item>" * 500_000,
    "an endless name": ITEM.format("t</title><author>" + "a." * 500_000 + "</author><title>").encode(),
}

_MEASURED = """
import base64, resource, sys, time
from ingest.feed.document import FeedDocument
from schemas.errors import Poison
FeedDocument(b"<rss><channel/></rss>").feed()
bombs = [base64.b64decode(line) for line in sys.stdin.buffer]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for bomb in bombs:
    began = time.process_time()
    try:
        FeedDocument(bomb).feed()
    except Poison:
        print(time.process_time() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_a_bomb_is_refused_within_a_second_and_50_mib(root: Path) -> None:
    lines = b"\n".join(base64.b64encode(bomb) for bomb in BOMBS.values())
    done = subprocess.run([sys.executable, "-c", _MEASURED], input=lines, capture_output=True, cwd=root, check=True)
    refused = [tuple(map(float, line.split())) for line in done.stdout.splitlines()]
    assert len(refused) == len(BOMBS)
    for bomb, (seconds, mib) in zip(BOMBS, refused, strict=True):
        assert seconds < 1, bomb
        assert mib < 50, bomb  # the most of all until then, so each stayed below


def test_several_documents_in_one_file() -> None:
    one, two = ITEM.format("one"), "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>two</title></entry></feed>"
    stream = io.BytesIO(f"<?xml version='1.0'?>{one}\n<?xml version='1.0'?>{two}\n{one}".encode())
    outcomes = [outcome if isinstance(outcome, list) else [] for _, outcome in parse_stream(source("feeds"), stream)]
    assert [[event.title for event in outcome if isinstance(event, PostEvent)] for outcome in outcomes] == [
        ["one"], ["two"], ["one"],
    ]  # fmt: skip


def test_a_cassette_of_answers() -> None:
    body = ITEM.format("Acme")
    cassette = f'interactions:\n- request: {{method: GET}}\n  response:\n    body: {{string: "{body}"}}\nversion: 1\n'
    ((_, outcome),) = parse_stream(source("feeds"), io.BytesIO(cassette.encode()))
    assert not isinstance(outcome, Poison)
    assert [event.title for event in outcome if isinstance(event, PostEvent)] == ["Acme"]


def test_a_polled_document_survives_its_packing() -> None:
    for body in (b"\xff\x00", "今日".encode()):
        document = FeedDocument(body, "https://a.example/", "text/xml", None, {0: None, 3: 17})
        record = Record(1, document.payload())
        assert document_of(record) == document


SEEDS = [
    ITEM.format("a &amp; <![CDATA[b]]>"),
    "<?xml version='1.0' encoding='big5'?><!DOCTYPE r [<!ENTITY a 'x'>]><feed xmlns='http://www.w3.org/2005/Atom' "
    "xml:base='http://[a'><entry><id>1</id><updated>2024-03-01</updated><content type='html'>&lt;a href='//[x'&gt;"
    "</content><link rel='enclosure' href='x'/></entry></feed>",
    "<rss xmlns:georss='http://www.georss.org/georss'><channel><item><author>a@b.example (c)</author>"
    "<georss:polygon>1 2 3 4 5 6</georss:polygon><pubDate>1 Jan 2024</pubDate></item></channel></rss>",
]


@given(st.data())
def test_a_mutated_document_is_read_or_poison(data: st.DataObject) -> None:
    document = bytearray(data.draw(st.sampled_from(SEEDS)).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(document) - 1))
        piece = data.draw(
            st.sampled_from([b"<", b">", b"&", b'"', b"]]>", b"<!--", b"\xff", b"\0", b"&#xFFFFFFFF;", b"<a "])
            | st.binary(max_size=3)
        )
        document[at : at + data.draw(st.integers(0, 8))] = piece
    for _, outcome in parse_stream(source("feeds"), io.BytesIO(bytes(document))):
        assert isinstance(outcome, (list, Poison))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_poison(content: bytes) -> None:
    for _, outcome in parse_stream(source("feeds"), io.BytesIO(content)):
        assert isinstance(outcome, (list, Poison))
