"""Records of Reddit, YouTube, Meta's platforms and X's searches: good ones and whole ones. All of it is invented."""

from collections.abc import Callable, Mapping


def _reddit(number: int, year: int, text: str) -> bytes:
    created = 1709294400 + (year - 2024) * 31_556_952
    return (
        f'{{"kind":"Listing","data":{{"children":[{{"kind":"t1","data":{{"id":"c{number}","name":"t1_c{number}","body":"{text}",'
        f'"author":"a","created_utc":{created},"edited":false,"link_id":"t3_p1","parent_id":"t3_p1","replies":""}}}}]}}}}'
    ).encode()


def _youtube(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"kind":"youtube#commentListResponse","items":[{{"kind":"youtube#comment","id":"c{number}","snippet":'
        f'{{"textDisplay":"{text}","publishedAt":"{year:04}-03-01T12:00:00Z","authorChannelId":{{"value":"UCa"}}}}}}]}}'
    ).encode()


def _threads(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"data":[{{"id":"{number}","media_type":"TEXT_POST","text":"{text}","timestamp":'
        f'"{year:04}-03-01T12:00:00+0000","username":"a"}}]}}'
    ).encode()


def _facebook(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"data":[{{"id":"5_{number}","message":"{text}","created_time":"{year:04}-03-01T12:00:00+0000"}}]}}'
    ).encode()


def _instagram(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"data":[{{"id":"{number}","caption":"{text}","media_type":"TEXT","timestamp":'
        f'"{year:04}-03-01T12:00:00+0000"}}]}}'
    ).encode()


def _facebook_webhook(number: int, year: int, text: str) -> bytes:
    at = 1709294400 + (year - 2024) * 31_556_952
    return (
        f'{{"object":"page","entry":[{{"id":"5","time":{at},"changes":[{{"field":"feed","value":{{"item":"status","verb":'
        f'"add","post_id":"5_{number}","message":"{text}","created_time":{at},"from":{{"id":"7","name":"A"}}}}}}]}}]}}'
    ).encode()


def _instagram_webhook(number: int, year: int, text: str) -> bytes:
    at = 1709294400 + (year - 2024) * 31_556_952
    return (
        f'{{"object":"instagram","entry":[{{"id":"5","time":{at},"changes":[{{"field":"comments","value":{{"id":"{number}",'
        f'"text":"{text}","from":{{"id":"7","username":"a"}},"media":{{"id":"8"}}}}}}]}}]}}'
    ).encode()


def _x_v2_search(number: int, year: int, text: str) -> bytes:
    return (
        f'{{"data":[{{"id":"{number}","text":"{text}","author_id":"7","created_at":"{year:04}-03-01T12:00:00Z"}}],'
        f'"meta":{{"result_count":1}}}}'
    ).encode()


PLATFORM_RECORDS: Mapping[str, Callable[[int, int, str], bytes]] = {
    "facebook-graph": _facebook,
    "facebook-webhooks": _facebook_webhook,
    "instagram-graph": _instagram,
    "instagram-webhooks": _instagram_webhook,
    "reddit-listing": _reddit,
    "threads": _threads,
    "x-v2-search": _x_v2_search,
    "youtube-data-api": _youtube,
}

PLATFORM_WHOLE = {
    "facebook-graph": [
        b'{"id":"5_1","message":"x","story":"x","created_time":"2024-03-01T12:00:00+0000","updated_time":'
        b'"2024-03-01T12:05:00+0000","from":{"id":"7","name":"A","verification_status":"blue_verified"},"parent_id":"6_2",'
        b'"permalink_url":"https://www.facebook.com/5/posts/1/","attachments":{"data":[{"media_type":"album","type":"album",'
        b'"subattachments":{"data":[{"type":"photo","media":{"image":{"src":"https://a.example/1.jpg"}}}]}},{"type":"share",'
        b'"media_type":"link","unshimmed_url":"https://a.example/"}]},"shares":{"count":1},"reactions":{"summary":'
        b'{"total_count":1}},"place":{"name":"P","location":{"country":"TW","latitude":1.5,"longitude":2.5}},"is_hidden":false,'
        b'"comments":{"data":[{"id":"1_9","message":"x","created_time":"2024-03-01T12:00:00+0000","like_count":1,'
        b'"attachment":{"type":"photo","media":{"image":{"src":"https://a.example/2.jpg"}}},"parent":{"id":"1_8"}}]}}',
        b'{"5_1":{"id":"5_1","name":"x","created_time":"2024-03-01T12:00:00+0000","full_picture":"https://a.example/1.jpg"}}',
        b'{"data":[{"message":"x","created_time":"2024-03-01T12:00:00+0000","comment_count":1,"permalink_url":'
        b'"https://www.facebook.com/5/posts/1/?comment_id=2&reply_comment_id=3"}],"paging":{"next":'
        b'"https://graph.facebook.com/v11.0/5_1/comments?limit=1"}}',
        b'{"code":200,"body":"{\\"id\\":\\"5_1\\",\\"message\\":\\"x\\",\\"created_time\\":\\"2024-03-01T12:00:00+0000\\"}"}',
        b'{"error":{"message":"x","type":"OAuthException","code":190}}',
    ],
    "facebook-webhooks": [
        b'{"object":"page","entry":[{"id":"5","time":1709294400,"changes":[{"field":"feed","value":{"item":"comment","verb":'
        b'"edited","comment_id":"1_2","post_id":"5_1","parent_id":"5_1","from":{"id":"7","name":"A"},"created_time":1709294400,'
        b'"message":"x","photo":"https://a.example/1.jpg","link":"https://a.example/","post":{"updated_time":1709294400}}},'
        b'{"field":"feed","value":{"item":"reaction","verb":"add","post_id":"5_1","sender_id":7,"reaction_type":"like",'
        b'"created_time":1709294400}},{"field":"ratings","value":{"item":"rating","verb":"add","open_graph_story_id":3,'
        b'"reviewer_id":7,"review_text":"x"}}],"messaging":[{"sender":{"id":"7"},"message":{"text":"x"}}],"standby":[]}]}',
        b'{"sample":{"field":"mention","value":{"item":"post","verb":"add","post_id":"5_1","created_time":1709294400}}}',
    ],
    "instagram-graph": [
        b'{"id":"1","caption":"x","media_type":"CAROUSEL_ALBUM","media_url":"https://a.example/1.jpg","permalink":'
        b'"https://www.instagram.com/p/B8goRvrnwod/","timestamp":"2024-03-01T12:00:00+0000","username":"a","owner":{"id":"7"},'
        b'"like_count":1,"comments_count":1,"children":{"data":[{"id":"2","media_type":"VIDEO","media_url":"https://a.example/2"'
        b',"alt_text":"x"}]},"comments":{"data":[{"id":"3","text":"x","timestamp":"2024-03-01T12:00:00+0000","replies":{"data":'
        b'[{"id":"4","text":"x","timestamp":"2024-03-01T12:00:00+0000","hidden":true}]}}]}}',
        b'{"business_discovery":{"id":"7","username":"a","followers_count":1,"media":{"data":[{"id":"1","caption":"x",'
        b'"permalink":"https://www.instagram.com/reel/B8goRvrnwod/"}]}},"id":"8"}',
        b'{"data":[{"id":"1","text":"x","timestamp":"2024-03-01T12:00:00+0000","from":{"id":"7","username":"a"},"media":{"id":'
        b'"2"},"parent_id":"3"}],"paging":{"next":"https://graph.facebook.com/v11.0/2/replies?limit=1"}}',
    ],
    "instagram-webhooks": [
        b'{"object":"instagram","entry":[{"id":"5","time":1709294400,"changes":[{"field":"comments","value":{"id":"1","text":'
        b'"x","from":{"id":"7","username":"a"},"media":{"id":"8"},"parent_id":"2"}},{"field":"story_insights","value":'
        b'{"media_id":"8","impressions":1,"replies":1}}]}]}',
    ],
    "reddit-listing": [
        b'{"kind":"Listing","data":{"children":[{"kind":"t3","data":{"id":"p1","name":"t3_p1","title":"x","selftext":"x",'
        b'"selftext_html":"<p>x <a href=\\"https://a.example/\\">x</a></p>","author":"a","author_fullname":"t2_a","created_utc":'
        b'1709294400.0,"edited":1709294460,"is_self":false,"url":"https://i.redd.it/a.jpg","permalink":"/r/a/comments/p1/x/",'
        b'"score":1,"num_comments":1,"over_18":true,"media_metadata":{"m":{"status":"valid","e":"Image","s":{"u":"https://a"}}},'
        b'"gallery_data":{"items":[{"media_id":"m","caption":"x"}]},"media":{"reddit_video":{"fallback_url":"u"}},'
        b'"poll_data":{"options":[{"text":"x"}]},"crosspost_parent":"t3_p0","crosspost_parent_list":[{"id":"p0","title":"y",'
        b'"created_utc":1709294000}]}},{"kind":"t1","data":{"id":"c1","body":"x","link_id":"t3_p1","parent_id":"t3_p1",'
        b'"created_utc":1709294400,"replies":{"kind":"Listing","data":{"children":[{"kind":"more","data":{"count":1}}]}}}}]}}',
        b'{"json":{"errors":[],"data":{"things":[{"kind":"t1","data":{"id":"c1","body":"x","created_utc":1709294400}}]}}}',
    ],
    "threads": [
        b'{"data":[{"id":"1","media_type":"IMAGE","media_url":"https://a.example/1.jpg","alt_text":"x","text":"x","timestamp":'
        b'"2024-03-01T12:00:00+0000","username":"a","owner":{"id":"7"},"permalink":"https://www.threads.net/@a/post/B8goRvrnwod",'
        b'"is_quote_post":true,"quoted_post":{"id":"2","text":"x"},"replied_to":{"id":"3"},"root_post":{"id":"4"},"poll_attachment":'
        b'{"option_a":"x"},"text_attachment":{"plaintext":"x"},"children":{"data":[{"id":"5","media_type":"VIDEO"}]},"location":'
        b'{"id":"6","country":"TW"},"link_attachment_url":"https://a.example/","hide_status":"NOT_HUSHED","is_verified":true}]}',
        b'{"topic":"moderate","time":1709294400,"values":{"field":"replies","value":{"id":"1","text":"x","replied_to":{"id":"2"}}}}',
        b'{"id":"1","media_type":"REPOST_FACADE","timestamp":"2024-03-01T12:00:00+0000","reposted_post":{"id":"2","text":"x",'
        b'"timestamp":"2024-03-01T11:00:00+0000"}}',
    ],
    "x-v2-search": [
        b'{"data":[{"id":"1","text":"x","author_id":"7"},{"id":"7","username":"a"}],"includes":{"users":[{"id":"7"}]},'
        b'"errors":[{"type":"https://api.twitter.com/2/problems/resource-not-found"}],"meta":{"result_count":1}}',
        b'{"id":"1","action":"delete","created_at":"2024-03-01T12:00:00Z","redacted_at":"2024-03-02T12:00:00Z"}',
    ],
    "youtube-data-api": [
        b'{"kind":"youtube#videoListResponse","items":[{"kind":"youtube#video","id":"v","snippet":{"publishedAt":'
        b'"2024-03-01T12:00:00Z","channelId":"UCa","channelTitle":"A","title":"x","description":"x","defaultLanguage":"en"},'
        b'"statistics":{"viewCount":"1","likeCount":"1"},"status":{"privacyStatus":"public"},"recordingDetails":'
        b'{"locationDescription":"P","location":{"latitude":1.5,"longitude":2.5}}}]}',
        b'{"kind":"youtube#commentThread","id":"c","snippet":{"videoId":"v","totalReplyCount":1,"isPublic":true,"topLevelComment":'
        b'{"kind":"youtube#comment","id":"c","snippet":{"textDisplay":"x<br><a href=\\"https://a.example/\\">x</a>","likeCount":1,'
        b'"authorDisplayName":"@a","authorChannelId":{"value":"UCa"},"publishedAt":"2024-03-01T12:00:00Z","updatedAt":'
        b'"2024-03-01T12:05:00Z"}}},"replies":{"comments":[{"id":"c.r","snippet":{"textOriginal":"x","parentId":"c",'
        b'"publishedAt":"2024-03-01T12:00:00Z"}}]}}',
        b'{"kind":"youtube#searchListResponse","items":[{"id":{"kind":"youtube#video","videoId":"v"},"snippet":{"publishedAt":'
        b'"2024-03-01T12:00:00Z","title":"x"}},{"kind":"youtube#playlistItem","snippet":{"publishedAt":"2024-03-01T12:00:00Z",'
        b'"resourceId":{"videoId":"v"},"title":"x"},"contentDetails":{"videoPublishedAt":"2024-03-01T12:00:00Z"}}]}',
        b'{"error":{"code":403,"errors":[{"reason":"quotaExceeded"}]}}',
    ],
}
