"""Who speaks in the demonstration: invented accounts whose followers are as unevenly spread as anywhere."""

from dataclasses import dataclass
from random import Random

from schemas.post import Author

_FIRST = (
    "Ada",
    "Ben",
    "Carla",
    "Dev",
    "Elif",
    "Femi",
    "Greta",
    "Hugo",
    "Ines",
    "Jae",
    "Kofi",
    "Lena",
    "Marek",
    "Nadia",
    "Owen",
    "Paula",
    "Rafi",
    "Sanne",
    "Tariq",
    "Una",
    "Vera",
    "Wes",
    "Yara",
    "Zoe",
)
_LAST = (
    "Abara",
    "Bloom",
    "Castell",
    "Dunmore",
    "Eklund",
    "Farrow",
    "Grady",
    "Holt",
    "Ibsen",
    "Jarvis",
    "Keane",
    "Lowry",
    "Marsh",
    "Novak",
    "Osei",
    "Pratt",
    "Quill",
    "Rowan",
    "Sorel",
    "Tamm",
    "Ueda",
    "Vance",
    "Winter",
    "Yates",
)
_HABITS = ("runs", "bakes", "codes", "paints", "on_tour", "reads", "fixes", "hikes", "at_home", "and_dog")
_NICKS_TAIPEI = ("小林", "阿宏", "美玲", "大雄哥", "貓奴", "咖啡控", "單車客", "夜市王", "工程師", "旅人")
_NICKS_SHENZHEN = ("小陈", "阿强", "丽丽", "老王", "数码控", "加班狗", "跑步者", "吃货", "程序员", "旅行家")
_AFTER_TAIPEI = ("日記", "愛拍照", "在台北", "的午後", "碎碎念", "隨手拍")
_AFTER_SHENZHEN = ("日记", "爱拍照", "在深圳", "的下午", "碎碎念", "随手拍")


@dataclass(frozen=True, slots=True)
class Account:
    """One invented account."""

    handle: str
    name: str
    followers: int

    @property
    def author(self) -> Author:
        """Return the account as a post carries it."""
        return Author(id=f"synthetic-{self.handle}", name=self.name, handle=self.handle, followers=self.followers)


COMPANY = Account("veridane", "Veridane (synthetic)", 184_000)
CUSTOMER = Account("una_fixes", "Una Farrow", 1_140)
STAR = Account("gadgetgrady", "Grady Holt tests things", 486_000)
STAR_TAIPEI = Account("kaixiang_mei", "美玲開箱", 92_000)
STAR_SHENZHEN = Account("shuma_laowang", "老王数码", 131_000)


def crowd(rng: Random, size: int) -> list[Account]:
    """Return distinct accounts that write English; followers are log-normal (median 200, mean about 700)."""
    found: dict[str, Account] = {}
    while len(found) < size:
        first, last, habit = rng.choice(_FIRST), rng.choice(_LAST), rng.choice(_HABITS)
        handle = rng.choice((f"{first}{last}", f"{first}_{habit}", f"{last}{habit}", f"{first}.{last}")).lower()
        handle += rng.choice(("", "", str(rng.randrange(10, 99))))
        found.setdefault(handle, Account(handle, f"{first} {last}", _followers(rng)))
    return list(found.values())


def crowd_chinese(rng: Random, size: int, *, taipei: bool) -> list[Account]:
    """Return distinct accounts that write Chinese, in Taipei or in Shenzhen."""
    nicks, after = (_NICKS_TAIPEI, _AFTER_TAIPEI) if taipei else (_NICKS_SHENZHEN, _AFTER_SHENZHEN)
    found: dict[str, Account] = {}
    while len(found) < size:
        name = rng.choice(nicks) + rng.choice(after)
        handle = f"{name}{rng.randrange(1, 999)}"
        found.setdefault(handle, Account(handle, name, _followers(rng)))
    return list(found.values())


def puppets(rng: Random, size: int) -> list[Account]:
    """Return accounts as they are sold by the hundred: a name with a long number, hardly a follower."""
    return [
        Account(
            f"{rng.choice(_FIRST).lower()}{rng.randrange(10_000_000, 99_999_999)}",
            rng.choice(_FIRST),
            rng.randrange(25),
        )
        for _ in range(size)
    ]


def _followers(rng: Random) -> int:
    return int(rng.lognormvariate(5.3, 1.6))
