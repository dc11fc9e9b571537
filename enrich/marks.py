"""What posts hold besides words: links, handles, hashtags and emoji, and where they stand."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

import emoji

# Han, kana, hangul and their full-width neighbours: scripts written without spaces, which end a link or a handle.
CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30ff\u3105-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)
# Vowel signs and accents are no \w for Python, yet an Arabic, Hindi or Thai hashtag does not end at one.
_SIGNS = "".join(c for c in map(chr, range(0x300, 0x1100)) if unicodedata.category(c) in ("Mn", "Mc"))
_IN_LINK = "[^\\s<>\"'()\\[\\]{}\u2000-\u206f\u2e80-\U0010ffff]"
_ENDS_LINK = "[^\\s<>\"'()\\[\\]{}\u2000-\u206f\u2e80-\U0010ffff.,;:!?*_~|&]"
_LINK = (
    rf"(?i:https?)://(?:{_IN_LINK}|\({_IN_LINK}*\))*(?:{_ENDS_LINK}|\({_IN_LINK}*\))"
    r"|(?<![\w.@/-])t\.co/[A-Za-z0-9]+"
)
# Networks with Latin handles, those whose handle is a domain, those with a server behind a second @, and Weibo.
_HANDLE = (
    r"(?<![A-Za-z0-9_@＠])[@＠](?:"
    r"[A-Za-z0-9_]+(?:(?:[.-][a-z0-9-]+)*\.[a-z]{2,}(?![A-Za-z0-9]))?(?:@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)?"
    r"|[^\W\d_][\w-]{1,29})"
)
# Weibo closes a topic with a second sign and allows spaces in it; elsewhere a tag ends with its word.
_TOPIC = rf"[#＃](?:[^#＃\s]{{1,60}}|(?=[^#＃\n]{{0,60}}[{CJK}])[^#＃\s][^#＃\n]{{0,60}}[^#＃\s])[#＃](?![A-Za-z0-9_])"
_TAG = rf"(?<![A-Za-z0-9_&#＃/])[#＃][\w{_SIGNS}]*[^\W\d_][\w{_SIGNS}]*"

# The look-ahead changes nothing but the time: it spares four attempts at each character that begins no mark.
MARK = re.compile(f"(?=[hHt@＠#＃])(?:(?P<link>{_LINK})|(?P<handle>{_HANDLE})|(?P<topic>{_TOPIC})|(?P<tag>{_TAG}))")
"""A link, handle or hashtag: `lastgroup` says which; a `topic` also ends with its sign."""

# Two ranges stand for all that lies past 16 bits: `re` tries their ranges one by one at every character.
_EMOJI = {c for sequence in emoji.EMOJI_DATA for c in sequence if "\x7f" < c <= "\uffff"} | {"\u200d"}
EMOJI_RUN = re.compile(f"[{re.escape(''.join(sorted(_EMOJI)))}\U0001f000-\U0001faff\U000e0020-\U000e007f]+")
"""Characters that emoji are made of, one emoji or more; a few of them are no emoji alone."""
_KEYCAP = frozenset("\ufe0f\u20e3")  # these turn the digit before them into an emoji

_EMOTICON = re.compile(r"(?<![^\s)(])(?:[:;=]['’]?-?[)(/\\|*\[\]]|<3)")
_WORD_OR_NUMBER = re.compile(r"[^\W_]+")

# Without a variation selector these are the signs that stand behind brand names, not pictures.
_NO_EMOJI = frozenset("©®™")


def marks(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of each link, handle and hashtag in order, without its sign; kind as in `MARK`.

    A link that the platform cut (`…` follows) leads nowhere and is left out.
    """
    for found in MARK.finditer(text):
        kind, mark = str(found.lastgroup), found[0]
        if kind == "link":
            if text[found.end() : found.end() + 1] != "…":
                yield kind, mark
        else:
            yield ("tag", mark[1:-1]) if kind == "topic" else (kind, mark[1:])


def emojis(text: str) -> Iterator[str]:
    """Yield each emoji in order, a sequence of several code points as one."""
    for run in EMOJI_RUN.finditer(text):
        start = run.start() - (text[run.start()] in _KEYCAP and run.start() > 0)
        for found in emoji.analyze(text[start : run.end()], join_emoji=True):
            if found.chars not in _NO_EMOJI:
                yield found.chars


def is_pictures(text: str, words: int = 0) -> bool:
    """Say whether a text speaks by emoji or emoticons: links and handles left out, it has at most so many words."""
    if _WORD_OR_NUMBER.search(text):
        text = MARK.sub(lambda found: " " if found.lastgroup in ("link", "handle") else found[0], text)
        if sum(1 for _ in islice(_WORD_OR_NUMBER.finditer(_EMOTICON.sub(" ", text)), words + 1)) > words:
            return False
    return next(emojis(text), None) is not None or _EMOTICON.search(text) is not None


def without_marks(text: str) -> str:
    """Return the text with links, handles and emoji blanked out and hashtags without their signs."""
    text = MARK.sub(lambda m: f" {m[0].strip('#＃')} " if m.lastgroup in ("tag", "topic") else " ", text)
    return EMOJI_RUN.sub(" ", text)


def distinct(items: Iterable[str]) -> list[str]:
    """Return the items in the order in which each came first."""
    return list(dict.fromkeys(items))
