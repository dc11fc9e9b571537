"""What a query is asked about: the words of a post, ready to be searched."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.post import PostEvent
from schemas.text import index_text, without_sigils

# Between two texts: no word contains it, and with the space on either side no phrase reaches across.
_GAP = " \n "


def texts_of(post: PostEvent) -> list[str]:
    """Return the texts of a post that queries search: its text, title, quoted text and the alternative texts."""
    texts = [post.text, post.title, post.quoted_text]
    if post.media:
        texts.extend(media.alt for media in post.media)
    return [text for text in texts if text]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text, without (`bare`) and with their sigils (`written`), at the same positions."""

    bare: list[str]
    written: list[str]


class Subject:
    """The texts of one post as two streams of words, and the post itself for its fields.

    `bare` and `written` (with sigils) hold each word between two single spaces, the texts one after the other: a phrase
    is in a text exactly when `" " + " ".join(words) + " "` is in the stream.
    """

    __slots__ = ("bare", "post", "written")

    def __init__(self, texts: Iterable[str], post: PostEvent | None = None) -> None:
        self.written = f" {_GAP.join([index_text(text, sigils=True) for text in texts])} "
        self.bare = without_sigils(self.written)
        self.post = post

    @classmethod
    def of(cls, post: PostEvent) -> "Subject":
        """Return the subject that a post is."""
        return cls(texts_of(post), post)

    def texts(self) -> Iterator[Words]:
        """Yield the words of each text."""
        for bare, written in zip(self.bare.split("\n"), self.written.split("\n"), strict=True):
            yield Words(bare.split(), written.split())
