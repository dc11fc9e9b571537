"""XML from strangers: parsed without entities, without anything fetched, and within bounds."""

import codecs
import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from schemas.errors import Poison

MAX_XML_BYTES = 16 * 2**20
MAX_TAG_BYTES = 2**20  # of one tag, comment or declaration, which the parser holds until it ends
MAX_ELEMENTS = 100_000  # a parsed element takes some 200 bytes of memory and a microsecond or two
MAX_DEPTH = 200

_SLICE = 2**16
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}  # what calls itself by the older names often holds newer characters
# Python's own notations are no encodings of documents, and some of them take quadratic time.
_NOTATIONS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"}


class _Parser(DefusedXMLParser):
    """Passes over a DOCTYPE that names a document type, as honest feeds do, and refuses one with declarations in it."""

    def __init__(self, target: TreeBuilder, encoding: str | None) -> None:
        super().__init__(target=target, encoding=encoding, forbid_entities=True, forbid_external=True)
        self.parser.StartDoctypeDeclHandler = self._document_type

    def _document_type(self, name: str, system: str | None, public: str | None, has_declarations: int) -> None:
        if has_declarations:
            raise DTDForbidden(name, system, public)


class _Bounded(TreeBuilder):
    """Builds the tree, or only looks, and stops where a document is deeper or larger than any honest one."""

    def __init__(self, builds: bool) -> None:
        super().__init__()
        self._builds = builds
        self._depth = self._elements = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Any:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise Poison("too_deep", f"XML is nested deeper than {MAX_DEPTH}")
        if self._elements > MAX_ELEMENTS:
            raise Poison("too_large", f"XML has more than {MAX_ELEMENTS} elements")
        return super().start(tag, attributes) if self._builds else None

    def end(self, tag: str, /) -> Any:
        self._depth -= 1
        return super().end(tag) if self._builds else None

    def data(self, text: str, /) -> None:
        if self._builds:
            super().data(text)

    def close(self) -> Any:
        return super().close() if self._builds else None


def xml_root(payload: bytes) -> Element:
    """Return the root of the document, in the encoding that it declares.

    A DOCTYPE is passed over, and nothing is ever fetched. Raises Poison, within a second: too_large, too_deep,
    bad_value (it declares entities, which is how bombs and the reading of our files are made), bad_encoding, truncated,
    bad_shape (not well-formed).
    """
    try:
        root = _parse(payload, builds=True)
    except ParseError as error:
        line, column = error.position
        cut = error.code in (3, 5)  # no element found, unclosed token: expat's own numbers
        raise Poison("truncated" if cut else "bad_shape", f"XML at line {line}, column {column}") from None
    assert isinstance(root, Element)  # noqa: S101 - a builder that builds returns the root or raises
    return root


def refuse_xml_bomb(payload: bytes) -> None:
    """Return if the document can be given to a reader that forgives bad XML, as feedparser does.

    Raises Poison as `xml_root` does for what is dangerous; what is only wrong, or no XML at all, is passed.
    """
    try:
        _parse(payload, builds=False)
    except ParseError:
        return
    except Poison as poison:
        if poison.reason != "bad_encoding":
            raise


def _parse(payload: bytes, builds: bool) -> Any:
    if len(payload) > MAX_XML_BYTES:
        raise Poison("too_large", f"XML of {len(payload)} bytes, more than {MAX_XML_BYTES}")
    text, encoding = _readable(payload)
    parser = _Parser(_Bounded(builds), encoding)
    try:
        # In slices, so that what a limit stops has not been read to its end.
        for at in range(0, len(text), _SLICE):
            parser.feed(text[at : at + _SLICE])
            if at - parser.parser.CurrentByteIndex > MAX_TAG_BYTES:
                raise Poison("too_large", f"XML with a tag of more than {MAX_TAG_BYTES} bytes")
        return parser.close()
    except DefusedXmlException:
        raise Poison("bad_value", "XML that declares entities or refers to other documents") from None
    except (ValueError, LookupError):
        raise Poison("bad_encoding", "XML in an encoding that is not known") from None


def _readable(payload: bytes) -> tuple[bytes, str | None]:
    """Return the document as expat can read it, and its encoding unless it says so itself.

    expat knows UTF-8, UTF-16 and single bytes; the encodings of Chinese and Japanese are decoded here.
    """
    declared = _DECLARED.match(payload[:512])
    if declared is None or payload.startswith(_BOMS):
        return payload, None
    name = declared[1].decode("ascii").lower()
    try:
        codec = codecs.lookup(_WIDER.get(name, name))
        if codec.name.startswith("utf-") and codec.name != "utf-7":
            return payload, None
        if codec.name.replace("_", "-") in _NOTATIONS:
            raise LookupError
        return payload.decode(codec.name).encode(), "utf-8"
    except LookupError:
        raise Poison("bad_encoding", f"XML declares the encoding {name!r}, which is not known") from None
    except UnicodeDecodeError as error:
        raise Poison("bad_encoding", f"XML is not {name!r} at byte {error.start}") from None
