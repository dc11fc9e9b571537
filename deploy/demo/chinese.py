"""Chinese phrases of the demonstration, as written in Taipei and as written in Shenzhen. Everything is invented."""

from dataclasses import dataclass
from random import Random

from deploy.demo.english import Tone


@dataclass(frozen=True, slots=True)
class Voice:
    """How one place writes: everyday remarks by tone, what may follow them, and what it says of a swollen battery."""

    remarks: dict[Tone, tuple[str, ...]]
    closings: tuple[str, ...]
    complaint: str
    quotes: tuple[str, ...]


TAIPEI = Voice(
    remarks={
        "glad": (
            "{name}的相機晚上拍照真的很棒，推薦給大家",
            "換了{name}之後電池可以用兩天，非常滿意",
            "{name}的螢幕很漂亮，手感也很輕，喜歡",
            "{name}客服回覆很快，服務很好，感謝",
            "媽媽很喜歡新的{name}，視訊很清楚",
        ),
        "plain": (
            "請問{name}在信義區的門市幾點開門？",
            "有人知道{name}支援雙卡嗎？",
            "昨晚{name}推送了系統更新，還沒試",
            "考慮要不要買{name}，大家有什麼建議",
            "在捷運上看到{name}的廣告",
        ),
        "angry": (
            "{name}的維修費又漲價了，失望",
            "等{name}的退款等了三個星期，服務很差",
            "{name}更新之後鬧鐘壞掉，生氣",
        ),
    },
    closings=(
        "",
        "。",
        "，有人一樣嗎",
        "，週末再來開箱給大家看",
        " #手機",
        "，同事也這麼說",
        "，剛在捷運上打的",
        "，下個月再跟大家報告",
        "，逛完夜市順便分享",
        "，自己花錢買的",
        "，等我喝完咖啡再補照片",
        "，問了三家門市才知道",
        "，家裡的貓也在看 🐱",
        "，先這樣，晚安",
    ),
    complaint=(
        "昨天晚上我的{name} Ember充電的時候電池膨脹，後蓋整個翹起來，才買三天。客服叫我繼續用，太危險了，"
        "非常失望。請大家先不要充電 #電池膨脹"
    ),
    quotes=(
        "太可怕了，我也買了一支，現在不敢充電",
        "才三天就膨脹？品質太差了",
        "客服這樣回答真的很糟糕",
        "請馬上召回，這樣很危險",
        "本來想買，現在算了，失望",
    ),
)

SHENZHEN = Voice(
    remarks={
        "glad": (
            "{name}拍夜景效果太好了，强烈推荐",
            "入手{name}一个月，续航给力，非常满意",
            "{name}屏幕很漂亮，手感轻，喜欢",
            "{name}售后态度很好，点赞",
            "给爸爸买的{name}，他说特别好用",
        ),
        "plain": (
            "{name}在万象天地的店几点开门？",
            "请问{name}支持双卡双待吗？",
            "{name}昨晚推送了系统更新，先观望一下",
            "纠结要不要买{name}，求建议",
            "地铁里看到{name}的广告",
        ),
        "angry": (
            "{name}维修又涨价了，失望",
            "{name}退款等了三个星期，服务太差",
            "{name}更新之后闹钟坏了，生气",
        ),
    },
    closings=(
        "",
        "。",
        "，有同款的吗",
        "，周末开箱给大家看",
        " #数码",
        "，同事也这么说",
        "，刚在地铁上打的",
        "，下个月再来汇报",
        "，吃完火锅顺便分享",
        "，自己花钱买的",
        "，等我喝完咖啡再补图",
        "，问了三家店才知道",
        "，家里的猫也在看 🐱",
        "，就这样，晚安",
    ),
    complaint=(
        "刚买三天的{name} Ember充电时电池鼓包，后盖都翘起来了。客服居然让我继续用，太危险了，质量太差，"
        "非常失望，大家先别充电 #电池鼓包"
    ),
    quotes=(
        "太吓人了，我的也发烫，不敢充电了",
        "三天就鼓包？质量太差",
        "客服这样回答真是糟糕",
        "赶紧召回吧，太危险了",
        "本来想买，现在放弃，失望",
    ),
)


def remark(rng: Random, voice: Voice, name: str, tone: Tone) -> str:
    """Return one everyday post about a brand in a place's own words."""
    return rng.choice(voice.remarks[tone]).format(name=name) + rng.choice(voice.closings)


def quote(rng: Random, voice: Voice) -> str:
    """Return what somebody there writes above the complaint."""
    return rng.choice(voice.quotes) + rng.choice(voice.closings)
