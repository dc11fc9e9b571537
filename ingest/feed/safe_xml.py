"""XML of a feed made safe for a reader that forgives everything, without becoming stricter than that reader is."""

import re
from collections import Counter

from ingest.xml_document import MAX_DEPTH, refuse_xml_bomb
from schemas.errors import Poison

MAX_TAGS = 200_000  # feedparser takes some 10 microseconds and 400 bytes for each
MAX_REFERENCES = 500_000  # 4 microseconds each
MAX_ATTRIBUTES = 500  # its time grows with the square of their number in one tag
MAX_NAME = 2_000  # characters of an author; here too it grows with the square

_MAX_EXPANSION = 2**20  # characters that entities may add
_UNSURE = 5 * MAX_DEPTH  # tags that broken markup may leave open
_ROOT = re.compile(r"<[A-Za-z_]")
_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]{1,64})\s+("[^"]*"|'[^']*'|SYSTEM\b|PUBLIC\b)""")
_REFERENCE = re.compile(r"&([\w.-]{1,64});")
_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*>")
_LONG_TAG = re.compile(rf"<[^<>]{{{MAX_ATTRIBUTES * 4},}}")
_CHARACTER = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?")
_HALF = re.compile("[\ud800-\udfff]")
_LONG_NAME = re.compile(
    r"(?i)<(?:[\w.-]+:)?(?:author|creator|contributor|publisher|owner|name|email|managingeditor|webmaster)\b[^<>]*>"
    rf"\s*(?:<!\[CDATA\[)?[^<]{{{MAX_NAME},}}"
)
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def safe_xml(text: str) -> str:
    """Return the document without its DOCTYPE, declared entities put in, ready for a forgiving reader.

    Nothing is fetched, and entities that hold nothing but characters are harmless: old feeds declare &eacute; and the
    like. Raises Poison, in less than a second: bad_value (an entity made of entities, or one that stands for a file),
    too_large (too many tags, attributes, entities), too_deep.
    """
    at = _root_at(text)
    prolog, body = text[:at], text[at:]
    if "<!ENTITY" in prolog:
        body = _expanded(body, _entities(prolog))
    body = _CHARACTER.sub(_existing, body)
    if _HALF.search(body):  # an emoji written as two halves becomes whole
        body = body.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if body.count("&") > MAX_REFERENCES:
        raise Poison("too_large", f"XML with more than {MAX_REFERENCES} references")
    _refuse_bulk(_without_cdata(body))
    if _LONG_NAME.search(body):
        raise Poison("too_large", f"XML with a name of more than {MAX_NAME} characters")
    refuse_xml_bomb(body.encode("utf-8", "replace"))
    return _DECLARATION + body


def _root_at(text: str) -> int:
    """Return where the first element begins: behind declarations, comments and a DOCTYPE, if they are sound."""
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text.startswith("<?", at):
            end = text.find("?>", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _doctype_end(text, at)
        else:
            break
        if end < 0:
            break
        at = end
    found = _ROOT.search(text, max(at, 0))
    return found.start() if found else len(text)


def _doctype_end(text: str, at: int) -> int:
    subset, end = text.find("[", at), text.find(">", at)
    if 0 <= subset < end:
        closed = re.compile(r"\]\s*>").search(text, subset)
        return closed.end() - 1 if closed else -1
    return end


def _entities(prolog: str) -> dict[str, str]:
    entities: dict[str, str] = {}
    for name, value in _ENTITY.findall(prolog):
        if value in ("SYSTEM", "PUBLIC"):
            raise Poison("bad_value", "XML with an entity that stands for another document")
        if _REFERENCE.search(value):
            raise Poison("bad_value", "XML with an entity that is made of entities")
        entities.setdefault(name, value[1:-1])
    return entities


def _existing(reference: re.Match[str]) -> str:
    """Return a reference to a character as it is; others would end the reading of the document."""
    digits = (reference[1] or reference[2]).lstrip("0")
    code = int(digits, 16 if reference[1] else 10) if 0 < len(digits) < 8 else 0
    if 0xD800 <= code <= 0xDFFF:
        return chr(code)
    return reference[0] if 0 < code < 0x110000 else "\ufffd"


def _expanded(body: str, entities: dict[str, str]) -> str:
    used = Counter(_REFERENCE.findall(body))
    if sum(used[name] * len(value) for name, value in entities.items()) > _MAX_EXPANSION:
        raise Poison("too_large", "XML that its entities blow up")
    return _REFERENCE.sub(lambda found: entities.get(found[1], found[0]), body)


def _without_cdata(body: str) -> str:
    """Return the document without what its CDATA sections hold: the markup there is text."""
    parts, at = [], 0
    while (start := body.find("<![CDATA[", at)) >= 0 and (end := body.find("]]>", start)) >= 0:
        parts.append(body[at:start])
        at = end + 3
    return "".join(parts) + body[at:]


def _refuse_bulk(body: str) -> None:
    """Refuse what would keep the reader busy for long, also where the document is too broken for a real parser."""
    tags = body.count("<")
    if tags > MAX_TAGS:
        raise Poison("too_large", f"XML with more than {MAX_TAGS} tags")
    # Attributes may have no value; then only words can be counted, and an honest text has some too.
    if any(max(t[0].count("="), len(t[0].split()) // 4) > MAX_ATTRIBUTES for t in _LONG_TAG.finditer(body)):
        raise Poison("too_large", f"XML with more than {MAX_ATTRIBUTES} attributes in a tag")
    if tags <= _UNSURE:
        return
    depth = 0
    for found in _TAG.finditer(body):
        if found[1]:
            depth = max(depth - 1, 0)
        elif not found[0].endswith("/>"):
            depth += 1
            if depth > _UNSURE:
                raise Poison("too_deep", f"XML with more than {_UNSURE} open tags")
