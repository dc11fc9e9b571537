"""The encoding of a feed: what it says of itself is often wrong."""

import codecs
import re

from charset_normalizer import from_bytes

from schemas.errors import Poison

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# How "<?" and "<r" look in encodings of wide characters that go without a mark.
_WIDE = {
    b"<\0\0\0": "utf-32-le",
    b"\0\0\0<": "utf-32-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
    b"\x4c\x6f\xa7\x94": "cp037",
}
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})""")
_CHARSET = re.compile(r"""(?i)\bcharset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""")
# What calls itself by the narrower name often holds characters of the wider one.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "utf-8", "euc_kr": "cp949",
          "big5": "big5hkscs", "shift_jis": "cp932", "tis-620": "cp874", "iso8859-11": "cp874"}  # fmt: skip
# Python reads these too, but they are no encodings of documents; two take quadratic time.
_NO_ENCODINGS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "mbcs", "oem"}
_SNIFFED = 2**16  # bytes that are enough to tell an encoding by


def feed_text(body: bytes, content_type: str = "") -> str:
    """Return the text of a document: by its mark, its own declaration, the HTTP header, or by what fits.

    UTF-8 that is valid is UTF-8 whatever is declared, unless the declaration is of wide characters; a declaration that
    does not fit the bytes is passed over, and what fits none is read as Windows' Western European. NUL is left out.
    Raises Poison bad_encoding for what is no text.
    """
    for mark, name in _MARKS.items():
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace").replace("\0", "")
    for start, name in _WIDE.items():
        if body.startswith(start):
            return body.decode(name, "replace").replace("\0", "")
    declared, header = _DECLARED.match(body[:512]), _CHARSET.search(content_type)
    names = ["utf-8", declared[1].decode("ascii") if declared else "", header[1] if header else ""]
    if declared is None and (header is None or not _codec(names[2])):
        names.append(_sniffed(body))
    for name in names:
        codec = _codec(name)
        try:
            text = body.decode(codec) if codec else None
        except (UnicodeDecodeError, ValueError):
            continue
        if text is not None:
            return text.replace("\0", "")
    if body.count(b"\0") * 10 > len(body):
        raise Poison("bad_encoding", "no text in any encoding that is known")
    if codec := _codec(names[1]) or _codec(names[2]):  # a single byte that is wrong is no reason to read all as another
        text = body.decode(codec, "replace")
        if text.count("\ufffd") * 50 < len(text):
            return text.replace("\0", "")
    return body.decode(_codec(_sniffed(body)) or "cp1252", "replace").replace("\0", "")


def _codec(name: str) -> str:
    """Return Python's name of an encoding, or "" for none that a document can be in."""
    try:
        found = codecs.lookup(name.lower()).name if name else ""
    except (LookupError, ValueError):
        return ""
    return "" if found in _NO_ENCODINGS else _WIDER.get(found, found)


def _sniffed(body: bytes) -> str:
    try:
        body[:_SNIFFED].decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(body[:_SNIFFED]).best()
        return best.encoding if best else ""
    return "utf-8"
