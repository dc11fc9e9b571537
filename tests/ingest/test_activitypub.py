from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import AuthorRemoval, Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import EARLIEST, Author, Counts, Media, Place, PostEvent, post_id
from schemas.wire import ms

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
MIA, NOTE = "https://a.example/users/mia", "https://a.example/notes/1"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def note(**fields: Any) -> dict[str, Any]:
    shown = {"type": "Note", "id": NOTE, "attributedTo": MIA, "to": [PUBLIC], "published": "2024-03-01T12:00:00Z"}
    return shown | {"content": "<p>A kettle</p>"} | fields


def activity(kind: str, thing: object, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"https://a.example/{kind}/9", "actor": MIA, "object": thing, "to": [PUBLIC]} | fields


def parse(message: object, seen_at: datetime | None = None) -> list[Parsed]:
    return list(source("activitypub").parse(Record(1, orjson.dumps(message), seen_at=seen_at)))


def post(message: object, seen_at: datetime | None = None) -> PostEvent:
    [found] = parse(message, seen_at)
    assert isinstance(found, PostEvent)
    return found


def test_a_note_with_all_that_is_told_of_it() -> None:
    found = post(
        note(
            url=[{"type": "Link", "mediaType": "text/html", "href": "https://a.example/@mia/1"}],
            summary="Hot water",
            content='<p>A <a class="u-url mention" href="https://b.example/@bo">@bo</a> '
            '<a href="https://shop.example/?a&amp;b">kettle</a> <a href="https://a.example/tags/t" rel="tag">#tea</a>'
            "<br>boils</p>",
            contentMap={"en": "x"},
            inReplyTo={"type": "Note", "id": "https://b.example/notes/2"},
            context="https://b.example/notes/0#context",
            quoteUrl="https://c.example/notes/3",
            sensitive=True,
            attachment=[
                {
                    "type": "Document",
                    "mediaType": "image/png",
                    "url": "https://a.example/i.png",
                    "name": "A red kettle",
                },
                {"type": "Link", "href": "https://shop.example/kettles"},
                {"type": "PropertyValue", "name": "Home", "value": "x"},
            ],
            likes={"type": "Collection", "totalItems": 3},
            shares={"type": "Collection", "totalItems": 0},
            replies="https://a.example/notes/1/replies",
        )
    )
    assert (found.id, found.native_id, found.kind) == (post_id("activitypub", NOTE), NOTE, "reply")
    assert (found.text, found.title, found.lang) == ("A @bo kettle #tea\nboils", "Hot water", "en")
    assert found.url == "https://a.example/@mia/1"
    assert found.links == ["https://shop.example/?a&b", "https://shop.example/kettles"]
    assert found.media == [Media(kind="image", url="https://a.example/i.png", alt="A red kettle")]
    assert found.native_refs is not None
    assert found.native_refs.model_dump(exclude_none=True) == {
        "parent": "https://b.example/notes/2",
        "root": "https://b.example/notes/0",
        "quote_of": "https://c.example/notes/3",
    }
    assert (found.counts, found.author) == (Counts(likes=3, reposts=0), Author(id=MIA))
    assert (found.published_at, found.observed_at, found.version, found.flags) == (NOON, NOON, ms(NOON), ["sensitive"])


def test_what_is_not_told_is_absent() -> None:
    found = post(activity("Create", note(summary="", inReplyTo=None, contentMap={}, attachment=[], tag=None)))
    assert (found.op, found.kind, found.title, found.counts, found.native_refs) == ("create", "post", None, None, None)


def test_an_update_has_the_time_of_the_change() -> None:
    changed = note(updated="2024-03-01T13:00:00Z", content="<p>A better kettle</p>")
    found = post(activity("Update", changed, published="2024-03-01T12:00:00Z"))
    assert (found.op, found.version, found.published_at) == ("update", ms(NOON) + 3_600_000, NOON)
    assert post(changed).op == "update"
    unsaid = post(activity("Update", note(), published="2024-03-01T14:00:00Z"))
    assert (unsaid.op, unsaid.version) == ("update", ms(NOON) + 7_200_000)
    assert parse(activity("Update", {"type": "Person", "id": MIA})) == [Skipped("Update")]


@pytest.mark.parametrize(
    ("gone", "at"),
    [
        (NOTE, EARLIEST),
        ({"type": "Tombstone", "id": NOTE}, EARLIEST),
        ({"type": "Tombstone", "id": NOTE, "deleted": "2024-03-01T12:00:00Z"}, NOON),
    ],
)
def test_a_deletion(gone: object, at: datetime) -> None:
    found = post(activity("Delete", gone))
    assert (found.op, found.native_id, found.observed_at, found.text) == ("delete", NOTE, at, None)
    assert post({"type": "Tombstone", "id": NOTE, "deleted": "2024-03-01T12:00:00Z"}).op == "delete"
    assert post(activity("Delete", gone), NOON).version == ms(NOON)


def test_an_author_goes_with_all_posts() -> None:
    assert parse(activity("Delete", MIA), NOON) == [AuthorRemoval("Delete", "activitypub", MIA, NOON)]
    assert parse(activity("Delete", MIA)) == [Skipped("Delete")]


def test_a_repost_and_that_it_is_taken_back() -> None:
    announce = activity("Announce", "https://b.example/notes/2", published="2024-03-01T12:00:00Z")
    found = post(announce)
    assert (found.kind, found.native_id, found.author) == ("repost", "https://a.example/Announce/9", Author(id=MIA))
    assert found.repost_of == post_id("activitypub", "https://b.example/notes/2")
    undone = post(activity("Undo", announce, published="2024-03-01T13:00:00Z"))
    assert (undone.op, undone.id, undone.version) == ("delete", found.id, ms(NOON) + 3_600_000)
    original, again = parse(activity("Announce", note(), published="2024-03-01T13:00:00Z"))
    assert isinstance(original, PostEvent)
    assert isinstance(again, PostEvent)
    assert (original.via, again.repost_of) == ("repost", original.id)


def test_a_group_passes_on_what_its_members_do() -> None:
    page = note(type="Page", name="Kettles", language={"identifier": "fr", "name": "Français"})
    found = post(activity("Announce", activity("Create", page)))
    assert (found.kind, found.title, found.lang, found.via) == ("post", "Kettles", "fr", None)
    assert post(activity("Announce", activity("Delete", NOTE))).op == "delete"
    [liked] = parse(activity("Announce", activity("Like", NOTE)), NOON)
    assert isinstance(liked, Engagement)


def test_likes() -> None:
    [liked] = parse(activity("Like", NOTE, published="2024-03-01T12:00:00Z"))
    assert isinstance(liked, Engagement)
    assert (liked.kind, liked.mention_id, liked.at) == ("like", post_id("activitypub", NOTE), NOON)
    assert parse(activity("Like", NOTE)) == [Skipped("Like")]
    assert parse(activity("Dislike", NOTE)) == [Skipped("Dislike")]
    assert parse(activity("Undo", activity("Like", NOTE))) == [Skipped("Undo")]


@pytest.mark.parametrize("everybody", [PUBLIC, "as:Public", "Public"])
@pytest.mark.parametrize("field", ["to", "cc"])
def test_only_what_is_for_everybody_is_taken(everybody: str, field: str) -> None:
    assert post(note(**{"to": ["https://b.example/users/bo"], field: everybody})).op == "create"
    assert parse(note(to=["https://b.example/users/bo"])) == [Skipped("not public")]
    assert parse(activity("Create", note(to=[], cc=[]), to=[MIA])) == [Skipped("not public")]
    assert post(activity("Create", note(to=None), to=everybody)).op == "create"
    assert parse(activity("Create", note(type="ChatMessage"))) == [Skipped("ChatMessage")]
    assert post(activity("Create", note(to=None, audience="https://c.example/c/tea"))).native_id == NOTE


def test_a_film() -> None:
    film = note(
        type="Video", name="Kettles", mediaType="text/markdown", content="**Hot**\nhttps://shop.example/a.", views=7,
        language={"identifier": "de"},
        attributedTo=[
            {"type": "Group", "id": "https://v.example/channels/k"},
            {"type": "Person", "id": MIA, "preferredUsername": "mia", "name": "Mia", "followers": {"totalItems": 5}},
        ],
        url=[
            {"type": "Link", "mediaType": "text/html", "href": "https://v.example/w/1"},
            {"type": "Link", "mediaType": "video/mp4", "href": "https://v.example/1.mp4"},
        ],
        likes="https://v.example/1/likes",
    )  # fmt: skip
    found = post(film)
    assert (found.text, found.title, found.lang) == ("**Hot**\nhttps://shop.example/a.", "Kettles", "de")
    assert (found.url, found.links) == ("https://v.example/w/1", ["https://shop.example/a"])
    assert found.media == [Media(kind="video", url="https://v.example/1.mp4")]
    assert found.counts == Counts(views=7)
    assert found.author == Author(id=MIA, handle="mia@a.example", name="Mia", followers=5)


def test_an_article_a_question_and_an_event() -> None:
    assert post(note(type="Article", nameMap={"en": "On kettles"}, name=None)).title == "On kettles"
    assert post(note(type="Article")).kind == "article"
    question = note(type="Question", oneOf=[{"type": "Note", "name": "tea"}, {"type": "Note", "name": "coffee"}])
    assert post(question).text == "A kettle\ntea\ncoffee"
    place = {"type": "Place", "name": "Hall", "latitude": 25.0, "longitude": 121.5, "address": {"addressCountry": "tw"}}
    assert post(note(type="Event", location=place)).place == Place(name="Hall", country="TW", lat=25.0, lon=121.5)


@pytest.mark.parametrize(
    "quote",
    [
        {"quote": "https://c.example/3"},
        {"_misskey_quote": "https://c.example/3"},
        {"tag": [{"type": "Link", "mediaType": "application/activity+json", "href": "https://c.example/3"}]},
    ],
)
def test_quotes(quote: dict[str, Any]) -> None:
    found = post(note(content='<p>Yes<span class="quote-inline"><br>RE: https://c.example/3</span></p>') | quote)
    assert (found.kind, found.quote_of) == ("quote", post_id("activitypub", "https://c.example/3"))
    assert found.text == "Yes" or "tag" in quote


def test_text_in_whatever_form_it_is_given() -> None:
    assert post(note(content=None, contentMap={"zh-TW": "<p>水壺</p>"})).text == "水壺"
    assert post(note(content=None, source={"content": "a < b", "mediaType": "text/plain"})).text == "a < b"
    assert post(activity("Create", note(), **{"@context": ["u", {"@language": "nl"}]})).lang == "nl"
    assert post(note(**{"@context": ["u", {"@language": "und"}]})).lang is None


def test_collections_lose_only_what_is_unusable() -> None:
    page = {"type": "OrderedCollectionPage", "orderedItems": [activity("Create", note()), note(id=None), "https://u/"]}
    first, *others = parse({"type": "OrderedCollection", "totalItems": 3, "first": page})
    assert isinstance(first, PostEvent)
    assert others == [Skipped("bad_value"), Skipped("address")]
    assert parse({"type": "OrderedCollection", "totalItems": 0}) == [Skipped("OrderedCollection")]


@pytest.mark.parametrize(
    "kind", ["Person", "Group", "Follow", "Accept", "Flag", "Move", "Block", "Add", "Remove", "View"]
)
def test_what_is_no_post_is_skipped_by_its_type(kind: str) -> None:
    assert parse(activity(kind, NOTE)) == [Skipped(kind)]


def test_documents_beside_the_posts() -> None:
    assert parse({"@context": ["https://www.w3.org/ns/activitystreams"]}) == [Skipped("@context")]
    assert parse({"error": "Record not found"}) == [Skipped("error")]


def test_without_a_time_a_post_has_none() -> None:
    found = post(note(published=None))
    assert (found.published_at, found.observed_at) == (None, EARLIEST)
    assert post(note(published=None), NOON).observed_at == NOON


def test_what_cannot_be() -> None:
    for bad in ({"id": NOTE}, note(id=""), note(published="soon"), activity("Delete", {}), activity("Announce", 5)):
        with pytest.raises(Poison):
            parse(bad)
    live = post(note(published="2024-03-01T13:00:00Z"), NOON)
    assert (live.published_at, live.flags) == (NOON, ["time_clamped"])
