"""The invented brands of the demonstration: one that gets into trouble, and its two rivals."""

from dataclasses import dataclass

from schemas.brand import Brand


@dataclass(frozen=True, slots=True)
class Maker:
    """What the phrases need to know of a brand; `daily` is its usual number of posts a day,
    reposts not counted."""

    name: str
    product: str
    traditional: str
    simplified: str
    daily: int


VERIDANE = Maker("Veridane", "Veridane Spark", "維瑞丹", "维瑞丹", 44)
EMBER = "Veridane Ember"  # the phone that is launched in the story
OSTRINE = Maker("Ostrine", "Ostrine Pico", "奧斯川", "奥斯川", 30)
HALVIK = Maker("Halvik", "Halvik Slate", "哈維克", "哈维克", 20)
MAKERS = (VERIDANE, OSTRINE, HALVIK)

_GROUP = "phones"
BRANDS = (
    Brand(
        name=VERIDANE.name,
        query="Veridane OR 維瑞丹 OR (ember AND (phone OR battery OR charger)) AND NOT (candle* OR campfire)",
        group=_GROUP,
        aliases=("維瑞丹", "Veridane Ember"),
    ),
    Brand(name=OSTRINE.name, query="Ostrine OR 奧斯川", group=_GROUP, aliases=("奧斯川",)),
    Brand(name=HALVIK.name, query="(Halvik OR 哈維克) AND NOT hockey", group=_GROUP, aliases=("哈維克",)),
)
