"""Invented records of messengers, forums, news indexes and shops: good ones by number, and whole ones."""

from collections.abc import Callable
from datetime import UTC, datetime


def _epoch(year: int) -> int:
    return int(datetime(year, 3, 1, 12, tzinfo=UTC).timestamp())


def _telegram(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"update_id":{number},"message":{{"message_id":{number},"date":{_epoch(year)},"chat":{{"id":-1001,"type":'
        f'"supergroup"}},"from":{{"id":7,"first_name":"A"}},"text":"{text}"}}}}'
    ).encode()


def _telegram_export(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"name":"A","type":"private_supergroup","id":1,"messages":[{{"id":{number},"type":"message","date_unixtime":'
        f'"{_epoch(year)}","from":"A","from_id":"user7","text":"{text}"}}]}}'
    ).encode()


def _stackexchange(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"items":[{{"answer_id":{number},"question_id":5,"creation_date":{_epoch(year)},"body":"{text}"}}],'
        f'"has_more":false}}'
    ).encode()


def _discourse(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"post":{{"id":{number},"topic_id":4,"post_number":{number},"username":"a","created_at":'
        f'"{year:04}-03-01T12:00:00.000Z","cooked":"{text}"}}}}'
    ).encode()


def _github(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"action":"created","comment":{{"html_url":"https://github.com/a/b/issues/1#issuecomment-{number}","id":'
        f'{number},"user":{{"login":"a","id":7}},"created_at":"{year:04}-03-01T12:00:00Z","body":"{text}"}}}}'
    ).encode()


def _appstore(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"feed":{{"entry":{{"id":{{"label":"{number}"}},"im:rating":{{"label":"5"}},"updated":{{"label":'
        f'"{year:04}-03-01T12:00:00-07:00"}},"content":{{"label":"{text}"}}}}}}}}'
    ).encode()


def _googleplay(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"reviews":[{{"reviewId":"gp:{number}","comments":[{{"userComment":{{"text":"{text}","starRating":5,'
        f'"lastModified":{{"seconds":"{_epoch(year)}"}}}}}}]}}]}}'
    ).encode()


def _tiktok(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"data":{{"videos":[{{"id":{number},"create_time":{_epoch(year)},"video_description":"{text}"}}]}},'
        f'"error":{{"code":"ok"}}}}'
    ).encode()


FORUM_RECORDS: dict[str, Callable[[int, int, str], bytes]] = {
    "appstore-reviews": _appstore,
    "discourse": _discourse,
    "github-webhooks": _github,
    "googleplay-reviews": _googleplay,
    "stackexchange": _stackexchange,
    "telegram-bot-api": _telegram,
    "telegram-export": _telegram_export,
    "tiktok-research": _tiktok,
}


def gkg_row(number: int, year: int, text: str) -> bytes:
    """Return a row of the Global Knowledge Graph that says nothing but a title."""
    article = f"https://news.example/{number}"
    cells = [f"{year:04}0301120000-{number}", f"{year:04}0301120000", "1", "news.example", article]
    return "\t".join([*cells, *[""] * 21, f"<PAGE_TITLE>{text}</PAGE_TITLE>"]).encode()


def mention_row(number: int, year: int, text: str) -> bytes:
    """Return a row of the mentions table: the site called `text` mentions event 5."""
    cells = ["5", "20200101000000", f"{year:04}0301120000", "1", text, f"https://news.example/{number}", "4", "-1"]
    return "\t".join([*cells, "9", "8", "1", "100", "2579", "1.5", "srclc:zho;eng:GT-ZHO 1.0", ""]).encode()


def row_faults(row: bytes, text: str) -> dict[str, bytes]:
    """Return rows with something wrong with them, made of a good one that says `text`."""
    said = text.encode()
    return {
        "one column": said,
        "too many columns": row + b"\t" + said,
        "cut": row[: len(row) // 2],
        "ten megabytes": row.replace(said, said * (10_000_000 // len(said))),
        "invalid UTF-8": row.replace(said, said + b"\xff\xfe"),
    }


# Records in which nearly everything is there, so that an odd value can stand in every place.
FORUM_WHOLE = {
    "appstore-reviews": [
        b'{"feed":{"updated":{"label":"2024-03-01T12:00:00-07:00"},"id":{"label":"https://itunes.apple.com/tw/rss"},"entry":'
        b'[{"id":{"label":"1"},"im:name":{"label":"x"}},{"id":{"label":"2"},"im:rating":{"label":"5"},"im:version":{"label":'
        b'"1.2"},"author":{"uri":{"label":"https://itunes.apple.com/tw/reviews/id7"},"name":{"label":"A"}},"title":{"label":'
        b'"x"},"content":{"label":"x","attributes":{"type":"text"}},"link":{"attributes":{"href":"u"}},"im:voteSum":'
        b'{"label":"1"},"updated":{"label":"2024-03-01T12:00:00-07:00"}}]}}',
        b'{"data":[{"type":"customerReviews","id":"1","attributes":{"rating":5,"title":"x","body":"x","reviewerNickname":"A",'
        b'"createdDate":"2024-03-01T12:00:00-07:00","territory":"TWN"},"relationships":{"response":{"data":{"type":'
        b'"customerReviewResponses","id":"2"}}}}],"included":[{"type":"customerReviewResponses","id":"2","attributes":'
        b'{"responseBody":"x","lastModifiedDate":"2024-03-01T12:00:00Z","state":"PUBLISHED"}}],"links":{}}',
    ],
    "discourse": [
        b'{"id":4,"title":"x","archetype":"regular","views":5,"posts_count":2,"slug":"x","post_stream":{"posts":[{"id":9,'
        b'"topic_id":4,"post_number":2,"reply_to_post_number":1,"post_type":1,"username":"a","name":"A","user_id":7,'
        b'"created_at":"2024-03-01T12:00:00Z","updated_at":"2024-03-01T12:00:00Z","cooked":"<p>x <a href=\\"https://a.example/'
        b'\\">x</a></p>","actions_summary":[{"id":2,"count":1}],"reads":3,"hidden":false,"deleted_at":null}]}}',
        b'{"users":[{"id":7,"username":"a"}],"topic_list":{"topics":[{"id":4,"title":"x","created_at":"2024-03-01T12:00:00Z",'
        b'"last_posted_at":"2024-03-01T12:00:00Z","posters":[{"description":"Original Poster","user_id":7}],"views":1,'
        b'"like_count":1,"posts_count":1,"excerpt":"x","image_url":"u"}]}}',
        b'{"event":"post_destroyed","payload":{"post":{"id":9,"topic_id":4,"post_number":2,"created_at":'
        b'"2024-03-01T12:00:00Z"}}}',
    ],
    "github-webhooks": [
        b'{"action":"created","comment":{"html_url":"https://github.com/a/b/discussions/1#discussioncomment-2","id":2,'
        b'"parent_id":1,"user":{"login":"a","id":7},"created_at":"2024-03-01T12:00:00Z","updated_at":"2024-03-01T12:00:00Z",'
        b'"body":"x ![x](https://a.example/a.png)","reactions":{"total_count":1},"child_comment_count":0},"discussion":'
        b'{"html_url":"https://github.com/a/b/discussions/1","comments":1,"created_at":"2024-03-01T12:00:00Z"}}',
        b'{"action":"transferred","issue":{"html_url":"https://github.com/a/b/issues/1","title":"x","created_at":'
        b'"2024-03-01T12:00:00Z"},"changes":{"new_issue":{"html_url":"https://github.com/a/c/issues/1","title":"x",'
        b'"created_at":"2024-03-01T12:00:00Z","user":{"login":"a","id":7}}}}',
        b'{"action":"started","repository":{"id":1}}',
    ],
    "googleplay-reviews": [
        b'{"reviews":[{"reviewId":"gp:1","authorName":"A","comments":[{"userComment":{"text":"x\\tx","originalText":"x\\tx",'
        b'"lastModified":{"seconds":"1709294400","nanos":5},"starRating":5,"reviewerLanguage":"en","appVersionName":"1",'
        b'"thumbsUpCount":1}},{"developerComment":{"text":"x","lastModified":{"seconds":"1709294400"}}}]}]}'
    ],
    "stackexchange": [
        b'{"items":[{"question_id":1,"title":"x &amp; y","body":"<p>x</p>","owner":{"user_id":7,"display_name":"A",'
        b'"user_type":"registered","link":"https://stackoverflow.com/users/7/a"},"score":1,"view_count":2,'
        b'"creation_date":1709294400,"last_edit_date":1709294500,"last_activity_date":1709294600,"link":'
        b'"https://stackoverflow.com/questions/1/x","answers":[{"answer_id":2,"creation_date":1709294400,"comments":'
        b'[{"comment_id":3,"post_id":2,"creation_date":1709294400,"edited":true,"body":"x"}]}]}],"quota_remaining":9}',
        b'{"error_id":502,"error_message":"x","error_name":"throttle_violation"}',
    ],
    "telegram-bot-api": [
        b'{"ok":true,"result":[{"update_id":1,"edited_channel_post":{"message_id":2,"date":1709294400,"edit_date":1709294500,'
        b'"chat":{"id":-1001,"type":"channel","title":"A","username":"a"},"sender_chat":{"id":-1001,"title":"A"},'
        b'"message_thread_id":1,"forward_origin":{"type":"channel","date":1709294400,"chat":{"id":-1002},"message_id":5},'
        b'"reply_to_message":{"message_id":1,"date":1709294400,"chat":{"id":-1001}},"quote":{"text":"x","is_manual":true},'
        b'"caption":"x a.example","caption_entities":[{"type":"url","offset":2,"length":9}],"photo":[{"file_id":"f"}],'
        b'"venue":{"title":"P","location":{"latitude":1.5,"longitude":2.5}}}}]}',
        b'{"update_id":1,"message_reaction_count":{"chat":{"id":-1001},"message_id":2,"date":1709294400,"reactions":[{"type":'
        b'{"type":"emoji"},"total_count":5}]}}',
        b'{"update_id":1,"message_reaction":{"chat":{"id":-1001},"message_id":2,"date":1709294400,"user":{"id":7},'
        b'"new_reaction":[{"type":"emoji"}]}}',
    ],
    "telegram-export": [
        b'{"about":"x","chats":{"about":"x","list":[{"name":"A","type":"public_channel","id":1,"messages":[{"id":2,"type":'
        b'"message","date":"2024-03-01T12:00:00","date_unixtime":"1709294400","edited_unixtime":"1709294500","from":"A",'
        b'"from_id":"channel1","forwarded_from":"B","reply_to_message_id":1,"reply_to_peer_id":"channel3","photo":"p.jpg",'
        b'"place_name":"P","location_information":{"latitude":1.5,"longitude":2.5},"poll":{"question":"x","answers":[{"text":'
        b'"x","voters":1}]},"reactions":[{"type":"emoji","count":1}],"text":["x",{"type":"text_link","text":"x","href":'
        b'"https://a.example/"}],"text_entities":[]}]}]}}',
        b'{"type":"private_group","id":1,"messages":[{"id":2,"type":"service","action":"pin_message"},{"id":3,"type":'
        b'"message","date":"2019-03-01T12:00:00","edited":"1970-01-01T00:00:00","from_id":4294967303,"file":"a.tgs",'
        b'"media_type":"sticker","sticker_emoji":"x","text":""}]}',
    ],
    "tiktok-research": [
        b'{"data":{"videos":[{"id":1,"create_time":1709294400,"username":"a","region_code":"TW","video_description":"x",'
        b'"voice_to_text":"x","like_count":1,"share_count":1,"comment_count":1,"view_count":1}]},"error":{"code":"ok"}}',
        b'{"data":{"comments":[{"id":2,"video_id":1,"parent_comment_id":3,"create_time":1709294400,"text":"x","like_count":1,'
        b'"reply_count":1}]},"error":{"code":"ok"}}',
    ],
}
