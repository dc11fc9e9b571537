"""Records of ActivityPub, Nostr, Weibo, Dcard and PTT: good ones and whole ones. All of it is invented."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import orjson

MINE, YOURS = "a" * 64, "b" * 64  # two keys of Nostr


def nostr_event(content: str = "x", *tags: list[str], kind: int = 1, **fields: Any) -> dict[str, Any]:
    """Return an event with the id that its content gives it; its signature is none."""
    event: dict[str, Any] = {"pubkey": MINE, "created_at": 1709294400, "kind": kind, "tags": list(tags)} | fields
    hashed = [0, event["pubkey"], event["created_at"], kind, event["tags"], content]
    return {"id": sha256(orjson.dumps(hashed)).hexdigest(), "sig": "c" * 128, "content": content} | event | fields


def _activitypub(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"type":"Create","actor":"https://a.example/users/a","object":{{"type":"Note","id":"https://a.example/{number}",'
        f'"to":"as:Public","published":"{year:04}-03-01T12:00:00Z","content":"{text}"}}}}'
    ).encode()


def _nostr(number: int, year: int, text: str) -> bytes:
    created = 1709294400 + number + (year - 2024) * 31_556_952
    return orjson.dumps(nostr_event(text, created_at=created))


def _weibo(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"statuses":[{{"id":{number},"created_at":"Fri Mar 01 20:00:00 +0800 {year:04}","text":"{text}",'
        f'"user":{{"id":7}}}}]}}'
    ).encode()


def _dcard(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"id":{number},"title":"t","content":"{text}","createdAt":"{year:04}-03-01T12:00:00.000Z",'
        f'"updatedAt":"{year:04}-03-01T12:00:00.000Z","school":"s"}}'
    ).encode()


def ptt_page(body: str, *pushes: tuple[str, str, str, str], title: str = "[問卦] 茶", author: str = "mia (Mia)") -> str:
    """Return the page of an article; a push is its tag, who, what and when."""
    head = (("作者", author), ("標題", title), ("時間", "Fri Mar  1 20:00:00 2024"))
    shown = "".join(
        f'<div class="article-metaline"><span class="article-meta-tag">{label}</span>'
        f'<span class="article-meta-value">{value}</span></div>'
        for label, value in head
    )
    below = "".join(
        f'<div class="push"><span class="hl push-tag">{tag} </span><span class="f3 hl push-userid">{who}</span>'
        f'<span class="f3 push-content">: {what}</span><span class="push-ipdatetime"> 192.0.2.1 {when}\n</span></div>'
        for tag, who, what, when in pushes
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><link rel="canonical" '
        'href="https://www.ptt.cc/bbs/Tea/M.1709294400.A.0AB.html"></head><body><div id="main-content" '
        f'class="bbs-screen bbs-content">{shown}\n{body}\n--\n<span class="f2">※ 發信站: 批踢踢實業坊(ptt.cc), '
        f"來自: 192.0.2.1 (臺灣)\n</span>{below}</div></body></html>\n"
    )


def _ptt(number: int, year: int, text: str) -> bytes:
    begun = 1709294400 + number + (year - 2024) * 31_556_952
    page = ptt_page(text).replace(" (臺灣)", "").replace("M.1709294400", f"M.{begun}")
    return orjson.dumps({"url": "u", "html": page, "another": text})


NETWORK_RECORDS: Mapping[str, Callable[[int, int, str], bytes]] = {
    "activitypub": _activitypub,
    "dcard": _dcard,
    "nostr": _nostr,
    "ptt": _ptt,
    "weibo-open-api": _weibo,
}

NETWORK_WHOLE = {
    "activitypub": [
        b'{"@context":["u",{"@language":"en"}],"type":"Update","id":"https://a.example/1/u","actor":"https://a.example/a",'
        b'"object":{"type":"Question","id":"https://a.example/1","attributedTo":[{"type":"Person","id":"https://a.example/a",'
        b'"preferredUsername":"a","name":"A","followers":{"totalItems":1}}],"to":["as:Public"],"cc":[],"name":"n",'
        b'"published":"2024-03-01T12:00:00Z","updated":"2024-03-01T12:05:00Z","summary":"s","content":"<p>x</p>",'
        b'"contentMap":{"en":"<p>x</p>"},"source":{"content":"x"},"inReplyTo":{"id":"https://b.example/2"},"context":'
        b'"https://b.example/2#context","quoteUrl":"https://b.example/3","tag":[{"type":"Link","rel":"r","href":"u"}],'
        b'"attachment":[{"type":"Document","mediaType":"image/png","url":[{"href":"https://a.example/i.png"}],"name":"i"}],'
        b'"image":{"type":"Image","url":"https://a.example/j.png"},"url":[{"type":"Link","href":"https://a.example/1"}],'
        b'"likes":{"totalItems":1},"shares":{"totalItems":1},"replies":{"totalItems":1},"views":1,"sensitive":true,'
        b'"location":{"type":"Place","name":"P","latitude":1.5,"longitude":2.5,"address":{"addressCountry":"TW"}},'
        b'"oneOf":[{"type":"Note","name":"o"}],"language":{"identifier":"en"}}}',
        b'{"type":"Announce","id":"https://b.example/4","actor":"https://b.example/b","to":"as:Public","published":'
        b'"2024-03-01T12:00:00Z","object":{"type":"Delete","actor":"u","object":{"type":"Tombstone","id":"u",'
        b'"deleted":"2024-03-01T12:00:00Z","formerType":"Note"}}}',
        b'{"type":"OrderedCollection","totalItems":2,"first":{"type":"OrderedCollectionPage","orderedItems":[{"type":"Like",'
        b'"id":"u","published":"2024-03-01T12:00:00Z","object":"https://a.example/1"}]},"orderedItems":["u"]}',
        b'{"type":"Undo","actor":"u","published":"2024-03-01T12:00:00Z","object":{"type":"Announce","id":"v","object":"w"}}',
    ],
    "dcard": [
        b'{"content":{"id":1,"title":"t","content":"x https://i.example/a.jpg","excerpt":"x","createdAt":'
        b'"2024-03-01T12:00:00.000Z","updatedAt":"2024-03-01T12:05:00.000Z","deletedAt":null,"replyId":2,"forumAlias":'
        b'"f","school":"s","department":"d","withNickname":true,"likeCount":1,"commentCount":1,"mediaMeta":[{"url":"u","type":'
        b'"image/a"}]},"comments":[{"id":"c","postId":1,"floor":1,"content":"B1 x","createdAt":'
        b'"2024-03-01T12:00:00.000Z","updatedAt":"2024-03-01T12:00:00.000Z","hidden":false,"likeCount":1}],"links":{}}',
    ],
    "nostr": [
        orjson.dumps(
            nostr_event(
                "x https://i.example/a.jpg", ["e", YOURS, "", "reply"],
                ["imeta", "url https://i.example/a.jpg", "alt x"], ["r", "https://a.example/"],
                ["l", "en", "ISO-639-1"], ["location", "P"], ["expiration", "1709294500"],
            )
        ),
        orjson.dumps(nostr_event("", ["e", YOURS], ["a", f"30023:{MINE}:d"], kind=5)),
        orjson.dumps(nostr_event(orjson.dumps(nostr_event("x")).decode(), ["e", YOURS], kind=6)),
        orjson.dumps(nostr_event("+", ["e", YOURS], kind=7)),
    ],
    "ptt": [
        orjson.dumps({"url": "u", "html": ptt_page("x", ("推", "bo", "x", "03/01 20:01")), "seen_at": "2024-03-02"}),
    ],
    "weibo-open-api": [
        b'{"statuses":[{"id":1,"idstr":"1","created_at":"Fri Mar 01 20:00:00 +0800 2024","text":'
        b'"x <a href=\'u\'>t</a>","longText":{"longTextContent":"x"},"visible":{"type":0},'
        b'"edit_at":"Fri Mar 01 20:05:00 +0800 2024","geo":'
        b'{"type":"Point","coordinates":[1.5,2.5]},"annotations":[{"place":{"title":"P"}}],"pic_urls":[{"thumbnail_pic":"u"}],'
        b'"page_info":{"type":"video","media_info":{"stream_url":"u"}},"url_struct":[{"short_url":"u","long_url":"v"}],'
        b'"attitudes_count":1,"user":{"id":7,"name":"n","screen_name":"s","followers_count":1,"verified":true},'
        b'"retweeted_status":{"id":2,"created_at":"Fri Mar 01 19:00:00 +0800 2024","text":"y","deleted":"0"}}]}',
        b'{"comments":[{"id":3,"created_at":"Fri Mar 01 20:00:00 +0800 2024","text":"x","user":{"id":7},"status":'
        b'{"id":1},"reply_comment":{"id":2}}]}',
    ],
}  # fmt: skip
