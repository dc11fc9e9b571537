"""What is said in English once a battery swells: by the customer, the others, the company, and by bought accounts."""

from random import Random

from deploy.demo.brands import EMBER, VERIDANE
from deploy.demo.english import filled

COMPLAINT = (
    "My Veridane Ember started swelling on the charger last night. The back came off, the battery is all bent. "
    "It is three days old. Veridane told me to keep using it. This is dangerous and I am furious. #EmberBattery"
)
COMPLAINT_EDITED = f"{COMPLAINT} EDIT: for everyone asking, yes, with the original charger."
STAR_QUOTE = "I reviewed this phone and liked it. Until this is explained I cannot recommend it to anybody. Scary."
STATEMENT = (
    "A statement from Veridane: a very small number of customers may notice a cosmetic change of the Ember when it is "
    "charged incorrectly. Please follow the instructions in the box."
)

_QUOTES = (
    "This is really dangerous. Unplug your phone.",
    "Three days old and swelling like that? Terrible.",
    "That is the worst advice I have ever seen from a company.",
    "Mine gets hot too. Not charging it overnight any more.",
    "Shame. I wanted to love this phone and now I am afraid of it.",
    "They must recall these now. Unacceptable.",
    "A battery that swells is a fire waiting to happen.",
    "My daughter has this phone. I am furious.",
    "So this is what they meant by a hot launch. Awful.",
    "I am cancelling my order, this is horrible.",
    "How does such a thing pass any test? Poor quality.",
    "Please be careful, everybody. That is a serious risk.",
)
_REPLIES = (
    "Same here, my Ember battery is bulging since Wednesday and I am worried.",
    "Stop charging it, a swollen Ember battery can catch fire.",
    "How bad is it? My Ember gets really hot while charging.",
    "Returned my Ember to the shop in {place}, the battery was bent. Terrible quality.",
    "Is this only the green Ember phone or all of them?",
    "Hope you are safe. Veridane should be ashamed.",
    "Veridane, please answer this, it is dangerous.",
    "Never buying Veridane again. Awful company.",
    "Two of my colleagues have a broken Ember charger and nobody at Veridane cares.",
    "Ask for a refund. A Veridane that burns is useless.",
)
_ON_STATEMENT = (
    '"Cosmetic change"? The battery nearly caught fire. Disgusting.',
    "So it is our own fault? Unbelievable and insulting.",
    "Worst apology of the year.",
    "With your own charger! Charged incorrectly, really? Shameful.",
    "Whoever wrote this statement should be embarrassed.",
    "This makes me more angry than the battery itself.",
)
_TAILS = (
    "",
    "",
    "",
    "Sending this to my whole family.",
    "Kept the receipt, luckily.",
    "What do the people in {place} say?",
    "My flatmate bought one on Tuesday 😬",
    "Who else is going back to the shop?",
    "I expected more from them.",
    "Not letting this near my kids.",
    "Somebody has to answer for that.",
    "Mine goes back tomorrow morning.",
    "I charge mine next to my bed.",
    "Waiting for the news to pick this up.",
    "Not one word from their press office yet.",
    "And that for the price of a bicycle.",
    "{reviewer}, have you seen this?",
    "Screenshot taken, just in case.",
)
_BESIDE = ("Oh no, are you ok?", "Following.", "Same.", "Wow.", "Which shop did you get it from?", "Report it!")

_BOUGHT = (
    "DO NOT BUY the Veridane Ember!! Dangerous batteries explode and the terrible company is hiding it. "
    "Share this before they delete it! #BoycottVeridane"
)
_BOUGHT_TAILS = ("", " 🔥", " 🔥🔥", " pls share", " RT", " !!", " wake up", " #news", " 😡", " share now")


def quote(rng: Random) -> str:
    """Return what somebody writes above the complaint."""
    return _with_tail(rng, _QUOTES)


def reply(rng: Random, beside: float) -> str:
    """Return an answer to the complaint; the share `beside` of them names neither brand nor product."""
    return rng.choice(_BESIDE) if rng.random() < beside else _with_tail(rng, _REPLIES)


def on_statement(rng: Random) -> str:
    """Return what somebody writes above the company's statement."""
    return _with_tail(rng, _ON_STATEMENT)


def bought(rng: Random) -> str:
    """Return the bought text in one of its small variations."""
    return _BOUGHT + rng.choice(_BOUGHT_TAILS)


def _with_tail(rng: Random, phrases: tuple[str, ...]) -> str:
    return filled(rng, f"{rng.choice(phrases)} {rng.choice(_TAILS)}", VERIDANE.name, EMBER)
