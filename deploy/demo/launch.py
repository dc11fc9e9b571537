"""The good day: a product is launched."""

from datetime import datetime, timedelta

from deploy.demo import english
from deploy.demo.brands import EMBER, VERIDANE
from deploy.demo.everyday import People
from deploy.demo.feed import Feed
from deploy.demo.people import COMPANY
from deploy.demo.rhythm import WEST, cascade, draw, moments

_REMARKS = 150
_PUSH = 22.0


def launch(feed: Feed, who: People, day: datetime, scale: float) -> None:
    """Launch the Ember at 15:00 UTC of the day: the company's post, what people say of it, and who passes it on."""
    rng = feed.rng
    at = day + timedelta(hours=15)
    text = f"Meet the {EMBER}: two days of battery, a beautiful screen, our best camera. On sale today. #VeridaneEmber"
    post = feed.post(COMPANY, at, text)
    for moment, account in cascade(rng, [(at, _PUSH * scale)], who.west, WEST):
        feed.repost(account, moment, post)
    feed.count(post, at + timedelta(hours=2), likes=int(640 * scale), replies=31)
    feed.count(post, at + timedelta(hours=9), likes=int(1910 * scale), replies=88)
    hours = [weight if hour >= 14 else 0 for hour, weight in enumerate(WEST)]
    for moment in moments(rng, day, draw(rng, _REMARKS * scale), hours):
        remark = english.launch_remark(rng, VERIDANE.name, EMBER)
        feed.post(rng.choice(who.west), moment, remark)
