"""The inbox of ActivityPub: who signs is who speaks, and of nothing but what is theirs."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

import orjson

from ingest.activitypub_values import address_of, each, type_of
from ingest.door import Admitted, Door, Knock, Said
from ingest.http_signature import signature_of
from ingest.message_signature import message_signature_of
from ingest.rsa_signature import PublicKey, public_key
from schemas.errors import HearkenError, Poison
from schemas.json_value import json_value

if TYPE_CHECKING:
    from ingest.web import Answer, Web

_log = logging.getLogger(__name__)

_ACCEPT = {"accept": 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
_MOST_KEYS = 2_000
_KEY_KEPT = timedelta(hours=24)
_KEY_RESTS = timedelta(minutes=5)  # before a key that does not fit is asked for again: it may have been changed
_LARGEST = 2**20


@dataclass(frozen=True, slots=True)
class _Known:
    owner: str
    key: PublicKey
    at: datetime


class Inbox(Door):
    """Activities that their actor's server has signed, target, host, time and body (http_signature, message_signature).

    The key is fetched from where it says that it is, through the guard, and remembered for a day. It has to be the
    actor's own; what an activity says of things on another server than the actor's is left out, for anybody could say
    it. That an account deletes itself cannot be signed any more by a server that has forgotten it: it is believed when
    that server answers 410 Gone. `window_s` is how far the signed time may be away.
    """

    sources = ("activitypub",)
    media = ("application/activity+json", "application/ld+json", "application/json")

    def __init__(self, window_s: float = 3_600.0) -> None:
        """Raises ValueError for an option that cannot be."""
        given: object = window_s  # whatever the settings hold
        if not isinstance(given, (int, float)) or not 1 <= given <= 86_400:
            raise ValueError("window_s: between 1 second and a day")
        self._window_s = float(window_s)
        self._keys: OrderedDict[str, _Known] = OrderedDict()

    async def judge(self, knock: Knock, web: "Web") -> Admitted | Said:
        """Admit what its actor signed."""
        if knock.method != "POST":
            return Said(405, "post it")
        newer = "signature-input" in knock.headers
        signature = message_signature_of(knock.headers) if newer else signature_of(knock.headers)
        at = signature.at(knock.headers) if signature is not None else None
        if signature is None or at is None:
            return Said(401, "a signature by RSA over method, target, host, time and digest is needed")
        if abs((knock.at - at).total_seconds()) > self._window_s or signature.is_over(knock.at):
            return Said(401, "the signed time is too far away")
        if not signature.digest_fits(knock.headers, knock.body):
            return Said(401, "the digest is not that of this body")
        activity, texts = _activity(knock.body), signature.texts(knock)
        actor = address_of(activity.get("actor")) if activity is not None else None
        if activity is None or not texts or actor is None:
            return Said(400, "no activity of an actor")
        admitted = Admitted(sha256(actor.encode("utf-8", "replace") + sha256(knock.body).digest()).hexdigest())
        if _host(actor) is None or _host(actor) != _host(signature.key_id):
            return Said(401, "the key is not the actor's")
        try:
            for fresh in (False, True):
                known = await self._known(signature.key_id, web, knock.at, fresh=fresh)
                if known is None:
                    gone = type_of(activity) == "Delete" and address_of(activity.get("object")) == actor
                    mine = urldefrag(signature.key_id)[0] == actor
                    return admitted if gone and mine else Said(401, "the key is gone")
                if known.owner == actor and any(known.key.verifies(text, signature.signature) for text in texts):
                    return admitted
        except (HearkenError, ValueError):
            return Said(401, "the key cannot be had")
        return Said(401, "the signature is not that of the actor")

    def payload(self, knock: Knock, body: bytes) -> bytes | None:
        """Return the activity without what its actor has no say in."""
        activity = _activity(body)
        if activity is None:
            return None
        objects = [self._own(one, _host(address_of(activity.get("actor")))) for one in each(activity.get("object"))]
        kept = [one for one in objects if one is not None]
        if not kept:
            return None
        activity["object"] = kept if len(kept) > 1 else kept[0]
        return orjson.dumps(activity)

    @staticmethod
    def _own(thing: object, host: str | None) -> object:
        """Return a thing as far as a server may speak of it; of another's only the address, if it can stand alone."""
        if not isinstance(thing, dict):
            return thing
        places = [thing.get("id") or thing.get("@id"), thing.get("actor"), thing.get("attributedTo")]
        if all(_host(address_of(place)) == host for place in places if place is not None) and places[0] is not None:
            inner = thing.get("object")
            if isinstance(inner, dict) and Inbox._own(inner, host) is not inner:
                return None
            return thing
        return address_of(places[0]) if "object" not in thing else None

    async def _known(self, key_id: str, web: "Web", now: datetime, *, fresh: bool) -> _Known | None:
        """Return a key with its owner, asked for again when it is `fresh` that is wanted; None: it is gone for good."""
        known = self._keys.get(key_id)
        if known is not None and now - known.at < (_KEY_RESTS if fresh else _KEY_KEPT):
            return known
        answer = await web.get(urldefrag(key_id)[0], source="activitypub", headers=_ACCEPT)
        if answer.status == 410:
            return None
        known = _read_key(answer, key_id, now)
        self._keys[key_id] = known
        self._keys.move_to_end(key_id)
        while len(self._keys) > _MOST_KEYS:
            self._keys.popitem(last=False)
        return known


def _read_key(answer: "Answer", key_id: str, now: datetime) -> _Known:
    """Return the key of an actor's document, or of a document of its own. Raises ValueError or Poison."""
    found = json_value(answer.body, _LARGEST) if answer.status == 200 else None
    if not isinstance(found, dict):
        raise ValueError("no document of a key")
    keys = [one for one in each(found.get("publicKey", found)) if isinstance(one, dict)]
    key = next((one for one in keys if one.get("id") == key_id), keys[0] if len(keys) == 1 else None)
    owner = address_of(key.get("owner") or key.get("controller")) if key is not None else None
    if key is None or owner is None or _host(owner) != _host(answer.url):
        raise ValueError("a key of nobody here")
    return _Known(owner, public_key(key.get("publicKeyPem")), now)


def _activity(body: bytes) -> dict[str, object] | None:
    try:
        found = json_value(body, _LARGEST)
    except Poison:
        return None
    return found if isinstance(found, dict) else None


def _host(address: str | None) -> str | None:
    """Return the server of an address, with its port."""
    try:
        place = urlsplit(address or "")
    except ValueError:
        return None
    return place.netloc.lower() or None if place.scheme in ("https", "http") else None
