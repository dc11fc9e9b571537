"""Whether a post matches a query, in three-valued logic (Kleene's): true, false, unknown."""

from schemas.post import PostEvent
from schemas.query.fields import holds
from schemas.query.occurrence import occurrences, stretches
from schemas.query.subject import Subject
from schemas.query.tree import And, Near, Node, Not, Or, Phrase, Prefix, Query, TextNode, has_sigil


def evaluate(query: Query, post: PostEvent) -> bool | None:
    """Return whether the post matches: only True is a match, None is unknown for want of a field.

    A document of a store is a post too: this is how a candidate is verified.
    """
    return truth(query.root, Subject.of(post))


def truth(node: Node, subject: Subject) -> bool | None:
    """Return what a node says of a subject."""
    if isinstance(node, Phrase | Prefix | Near):
        return occurs(node, subject)
    if isinstance(node, And | Or):
        decisive = isinstance(node, Or)
        verdict: bool | None = not decisive
        for child in node.nodes:
            said = truth(child, subject)
            if said is decisive:
                return decisive
            if said is None:
                verdict = None
        return verdict
    if isinstance(node, Not):
        said = truth(node.node, subject)
        return None if said is None else not said
    return holds(node, subject.post) if subject.post is not None else None


def occurs(node: TextNode, subject: Subject) -> bool:
    """Return whether the words of a text node stand in one of the texts."""
    if isinstance(node, Near):
        bare = subject.bare
        if not all(f" {' '.join(word.lstrip('$#@') for word in phrase)} " in bare for phrase in node.phrases):
            return False
        return any(True for text in subject.texts() for _ in stretches(node, text))
    begun = isinstance(node, Prefix)
    words = node.words
    marked = [has_sigil(word) for word in words]
    if any(marked) and len(words) > 1:
        return any(True for text in subject.texts() for _ in occurrences(words, text, begun))
    stream = subject.written if marked[0] else subject.bare
    return f" {' '.join(words)}{'' if begun else ' '}" in stream
