"""`hearken alerts`: the list, and what people do about alerts: try a channel, preview, acknowledge, mute."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from deploy.cli import alerts
from deploy.cli.options import BrandsFile, ConfigFile, StorePath
from deploy.cli.output import note, safe
from schemas.errors import Fatal, UsageError

app = typer.Typer(invoke_without_command=True, callback=alerts.alerts, help=alerts.alerts.__doc__)

_Note = Annotated[str, typer.Option("--note", help="Why, for others who look.")]


@app.command("test")
def try_channel(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A channel's name in the settings.")],
    config: ConfigFile = None,
    brands: BrandsFile = None,
) -> None:
    """Send a made-up notice, labelled as a test, to one channel now; exit 1 when it is not taken."""
    from deploy.telling import open_line
    from schemas.alert import Alert
    from schemas.clock import SystemClock
    from schemas.settings import load
    from sinks.delivery.wording import compose

    settings, clock = load(config, brands), SystemClock()
    line = open_line(settings, name, clock)
    now = clock.now()
    alert = Alert(
        id=f"test-{now:%Y%m%dT%H%M%S}", revision=1, brand="test", kind="volume_spike", status="closed", opened_at=now,
        updated_at=now, peak_at=now, closed_at=now, observed=0, summary="A test of this channel: nothing has happened",
    )  # fmt: skip
    notice = compose(
        alert, "opened", f"{alert.id}:opened", brand_name="hearken", zone=line.settings.zone,
        language=line.settings.language, is_test=True,
    )  # fmt: skip
    answer = line.channel.send(notice)
    if answer.outcome != "taken":
        raise Fatal(f"channel {name}: {answer.detail}")
    note(f"channel {name} has taken it")


@app.command("ack")
def ack(
    alert: Annotated[str, typer.Argument(metavar="ID", help="The id of an alert.")],
    words: _Note = "",
    store: StorePath = None,
    config: ConfigFile = None,
) -> None:
    """Acknowledge an alert: of its episode nothing more is told, but its end to those who were told of it."""
    from deploy.silences import keep
    from schemas.clock import SystemClock
    from schemas.settings import load
    from sinks.delivery.silence import Silence

    settings = load(config)
    wish = Silence(kind="acknowledged", about=alert, at=SystemClock().now(), note=words)
    keep(wish, settings, store or settings.store)
    note(f"acknowledged: {safe(alert)}")


@app.command("mute")
def mute(
    brand: Annotated[str, typer.Argument(metavar="BRAND", help="Name or id of a brand.")],
    length: Annotated[str, typer.Option("--for", help="For how long: 30m, 4h, 2d; 0m ends it now.")],
    words: _Note = "",
    store: StorePath = None,
    config: ConfigFile = None,
    brands: BrandsFile = None,
) -> None:
    """Mute a brand for a time: nothing new of it is told, and what opens then is not told later either."""
    from deploy.known_brands import chosen
    from deploy.silences import keep
    from schemas.clock import SystemClock
    from schemas.settings import load, require_brands
    from sinks.delivery.silence import Silence

    settings = load(config, brands)
    require_brands(settings)
    [meant] = chosen(settings.brands, brand)
    now = SystemClock().now()
    until = now + _length(length)
    keep(Silence(kind="muted", about=meant.id, at=now, until=until, note=words), settings, store or settings.store)
    note(f"muted until {until:%Y-%m-%d %H:%M} UTC: {safe(meant.name)}")


def _length(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if found is None:
        raise UsageError(f"--for {text!r}: write how long, such as 30m, 4h or 2d")
    return timedelta(minutes=int(found[1]) * {"m": 1, "h": 60, "d": 1_440}[found[2]])


@app.command("preview")
def preview(
    store: StorePath = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="Of how many alerts, the latest first.")] = 3,
    config: ConfigFile = None,
    brands: BrandsFile = None,
) -> None:
    """Print what each channel would be told of the latest alerts, and which want them; nothing is sent."""
    from deploy.stores import open_store
    from deploy.telling import NO_CHANNELS, composing, looking, open_lines
    from schemas.clock import SystemClock
    from schemas.settings import load
    from sinks.delivery.telling import wants

    settings, clock = load(config, brands), SystemClock()
    lines = open_lines(settings, clock)
    if not lines:
        raise UsageError(NO_CHANNELS)
    opened = open_store(store or settings.store, elasticsearch=settings.elasticsearch)
    try:
        composed = composing(settings, looking(opened))
        for alert in opened.alerts(None, None, None, None, limit):
            for line in lines:
                if not wants(line.settings, alert):
                    print(f"--- {line.settings.name}: does not want {alert.id}")
                    continue
                told = composed(alert, "closed" if alert.status == "closed" else "opened", alert.id, line.settings)
                when = line.settings.may_speak_at(clock.now())
                print(f"--- {line.settings.name} ({line.settings.type}), at {when:%Y-%m-%d %H:%M} UTC")
                print("\n".join(line.channel.shown(told)))
    finally:
        opened.close()
