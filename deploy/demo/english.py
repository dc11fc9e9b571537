"""What people say about phones in English on an ordinary day, and on the day of a launch. Everything is invented."""

from random import Random
from typing import Literal

Tone = Literal["glad", "plain", "angry"]

PLACES = ("London", "Berlin", "Toronto", "Dublin", "Lisbon", "Chicago", "Sydney", "Amsterdam", "Seattle", "Manchester")
REVIEWERS = ("Mina Okafor", "Jonas Lindqvist", "Priya Raman", "Hannah Weiss", "Diego Sandoval")

_OPENINGS = ("", "", "", "Okay, ", "Honest opinion: ", "Small update: ", "Quick note: ", "Right, ", "Finally: ", "So, ")

_CORES: dict[Tone, tuple[str, ...]] = {
    "glad": (
        "the camera on my {product} is fantastic in low light.",
        "{brand} support answered within five minutes and were really helpful.",
        "I love how light the {product} feels in the hand.",
        "the {product} screen is gorgeous, easily the best I have owned.",
        "two full days of battery on the {product}, impressive work by {brand}.",
        "picked up a {product} in {place} and I am very happy with it.",
        "{reviewer} called the {product} a brilliant phone and I agree.",
        "my dad finally enjoys video calls thanks to his {brand}.",
        "the new {brand} shop in {place} is beautiful and the staff are lovely.",
        "switching to {brand} was the best decision I made this year.",
        "great trade-in price from {brand}, no fuss at all.",
        "perfect little phone, the {product}, pocketable and fast.",
    ),
    "plain": (
        "anyone know when {brand} opens the store in {place}?",
        "comparing the {product} with my old phone today.",
        "{brand} pushed a software update for the {product} overnight.",
        "{reviewer} has a forty minute review of the {product} up.",
        "does the {product} take two SIM cards or just one?",
        "saw a {brand} poster on the train to {place} this morning.",
        "looking for a second-hand {product}, messages open.",
        "{brand} is hiring hardware engineers in {place}.",
        "which case fits the {product}? Asking for my sister.",
        "how do I turn off the notification sound on a {brand}?",
        "the {product} comes in green now, according to the {brand} site.",
        "{brand} reports its quarterly numbers on Thursday.",
    ),
    "angry": (
        "my {product} froze twice today, annoying.",
        "{brand} raised the repair price again, disappointing.",
        "still waiting three weeks for my {product} refund, terrible service.",
        "the speaker of the {product} sounds awful at full volume.",
        "{brand} support keeps me on hold for an hour, what a waste of time.",
        "the last {product} update broke my alarm and I hate it.",
        "screen of my {product} scratched after one week, poor quality.",
        "delivery of the {product} to {place} is late again, frustrating.",
    ),
}

_ASIDES = (
    "",
    "",
    "",
    "Writing this on the bus to {place}.",
    "My sister said the same over dinner.",
    "Coffee first, details later ☕",
    "Photos tomorrow when the light is better.",
    "Ask me again in half a year.",
    "I read the whole manual, so you need not.",
    "Neighbours have been asking about it all week.",
    "Was on the fence until my colleague showed me hers.",
    "Posting from a hotel lobby in {place} 🙂",
    "That is my hot take for Monday.",
    "Tested it on a long walk with the dog.",
    "Going to compare notes with the forum tonight.",
    "Anybody else in {place} seeing this?",
    "Thread follows after lunch 🧵",
    "Bought with my own money, as always.",
    "The kids fight over who gets to hold it.",
    "Took the tram there and back for this.",
    "No idea whether that counts as news.",
    "Friends keep telling me to write reviews, so here you go.",
    "It rained all day, there was time to check.",
    "Compared four models in a spreadsheet, because of course I did.",
    "My old one goes into the drawer next to the others.",
    "Heard it first from a taxi driver in {place}.",
    "Week nine of my little gadget diary.",
    "Saw somebody with the same one on the ferry.",
    "Correct me if I got that wrong.",
    "Grandma wants to know as well, so answers please.",
    "Office vote: four to two in favour of waiting.",
    "This took me longer than I would like to admit.",
    "#phones",
    "#tech is my whole timeline anyway.",
)

_LAUNCH = (
    "Watching the {product} launch stream, that design is gorgeous.",
    "The {product} is real and the camera demo was amazing 😍 #{tag}",
    "Pre-ordered the {product} the second the page opened. So excited! #{tag}",
    "{reviewer} on stage with the {product}: two days of battery, great price. Wow. #{tag}",
    "Impressive launch by {brand}. Looks like the best small phone of the year.",
    "Not sure about the price, but the {product} screen is beautiful. #{tag}",
    "Queue outside the {brand} shop in {place} already, happy faces everywhere 🎉",
    "Hands on with the {product}: light, fast, lovely. Review on Friday. #{tag}",
    "The {product} keynote in one word: brilliant.",
    "{brand} did it again, what a great little phone. #{tag}",
    "Best thing about the {product}: it fits a normal pocket. I love that.",
    "I did not need a new phone. Then {brand} showed that green. Wonderful. #{tag}",
    "Two days of battery, says {brand}. If that is true it is excellent news.",
    "Very happy for the {brand} team today, they earned the applause 👏",
)

_STRAY = (
    "The last ember of the campfire and a sky full of stars in {place}.",
    "Ember scented candles, now with a battery timer, two for one this week.",
    "Our cat is called Ember and she owns the sofa 🐈",
    "Stoking the embers, reading an old novel, no plans for the weekend.",
    "What a save by Halvik in the third period! Best hockey goalkeeper in the league.",
    "Halvik lets in two goals and the hockey team still wins in {place}.",
    "Rain in {place} again, staying in with soup and a film.",
    "Looking for a flat in {place} from May, two rooms, quiet street.",
    "Marathon training week six, knees are complaining.",
    "The veridian green of that lake is unreal.",
)


def remark(rng: Random, brand: str, product: str, tone: Tone) -> str:
    """Return one everyday post about a brand in the tone asked for."""
    text = rng.choice(_OPENINGS) + rng.choice(_CORES[tone])
    return filled(rng, f"{text} {rng.choice(_ASIDES)}", brand, product)


def launch_remark(rng: Random, brand: str, product: str) -> str:
    """Return one post about the launch."""
    return filled(rng, f"{rng.choice(_LAUNCH)} {rng.choice(_ASIDES)}", brand, product)


def stray(rng: Random) -> str:
    """Return one post that is about something else, though words of it look as if it were not."""
    return filled(rng, rng.choice(_STRAY), "", "")


def filled(rng: Random, text: str, brand: str, product: str) -> str:
    """Return a phrase with names put into its slots, beginning with a capital."""
    names = {"place": rng.choice(PLACES), "reviewer": rng.choice(REVIEWERS), "tag": product.replace(" ", "")}
    whole = text.format(brand=brand, product=product, **names).strip()
    return whole[:1].upper() + whole[1:]
