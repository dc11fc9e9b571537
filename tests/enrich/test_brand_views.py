from pathlib import Path

import pytest

from enrich.chain import Chain
from enrich.deltas import deltas
from schemas.brand import Brand
from schemas.context import BrandContext
from schemas.errors import UsageError
from schemas.mention import Analysis, BrandMatch, BrandView, Mention
from schemas.mention import Sentiment as Feeling
from schemas.settings import Settings, TextSettings
from tests.support.mentions import mention, virality

BRANDS = (
    Brand(name="Acme", query="acme", aliases=("爱客美",)),
    Brand(name="Borealis", query="borealis", aliases=("极光",)),
    Brand(
        name="Target",
        query="target OR 塔吉特",
        context=BrandContext(words=("store", "checkout"), other_words=("date",)),
    ),
)
NO_NAMES = TextSettings(entities={})


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain(Settings(brands=BRANDS, text=NO_NAMES))


def views(chain: Chain, text: str) -> dict[str, BrandView]:
    return {view.id: view for view in chain.analyse([Analysis(text=text)])[0].brand_views}


def felt(chain: Chain, text: str) -> dict[str, str]:
    return {brand: view.sentiment.label for brand, view in views(chain, text).items() if view.sentiment is not None}


@pytest.mark.parametrize(
    ("text", "acme", "borealis"),
    [
        ("I love my Acme but the Borealis is terrible", "positive", "negative"),
        ("Acme is awful, Borealis is great", "negative", "positive"),
        ("The Borealis is much better than the Acme", "negative", "positive"),
        ("Acme is worse than Borealis", "negative", "positive"),
        ("Borealis disappointed me. However, Acme fixed it at once, thank you!", "positive", "negative"),
        ("Acme and Borealis are both fantastic", "positive", "positive"),
        ("爱客美真好用，但是极光太差了", "positive", "negative"),
        ("爱客美比极光好用多了", "positive", "negative"),
        ("极光不如爱客美", "positive", "negative"),
        ("愛客美真的很棒，極光卻讓我很失望，氣死了", "positive", "negative"),
    ],
)
def test_each_brand_has_its_own_feeling(chain: Chain, text: str, acme: str, borealis: str) -> None:
    assert felt(chain, text) == {"acme": acme, "borealis": borealis}


def test_a_single_brand_is_felt_about_as_the_text_is(chain: Chain) -> None:
    [analysis] = chain.analyse([Analysis(text="Acme is nice. But the queue was terrible and I hate waiting.")])
    assert analysis.brand_views == [BrandView(id="acme", sentiment=analysis.sentiment)]


def test_a_text_without_brands_has_no_views(chain: Chain) -> None:
    assert views(chain, "nothing of ours") == {}


def test_whether_a_name_means_the_brand_is_said_only_where_it_is_asked(chain: Chain) -> None:
    found = views(chain, "Acme opened beside the Target store, checkout was quick")
    assert found["acme"].meant is None
    assert found["target"].meant is not None
    assert found["target"].meant > 0.9
    away = views(chain, "the target date has moved again")["target"]
    assert away.meant is not None
    assert away.meant < 0.2
    assert not away.counts


def test_trends_count_by_brand_what_is_meant_and_how_it_is_felt_about() -> None:
    good = Feeling(label="positive", positive=0.8, neutral=0.1, negative=0.1)
    document: Mention = mention(virality=virality()).replace(
        brands=[BrandMatch(id=brand, query_version="q") for brand in ("acme", "target")],
        brand_views=[BrandView(id="acme", sentiment=good), BrandView(id="target", meant=0.1, counts=False)],
    )
    found = {delta.brand: delta.contribution for delta in deltas(None, document)}
    assert found["acme"] is not None
    assert found["target"] is not None
    assert (found["acme"].sentiment, found["acme"].counted) == ("positive", True)
    assert (found["target"].sentiment, found["target"].counted) == ("unknown", False)
    assert (found["acme"].reshares, found["target"].reshares, found["target"].virality) == (40, None, None)


def test_examples_that_cannot_be_read_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "target.tsv").write_text("perhaps\tTarget\n")
    brand = Brand(name="Target", query="target", context=BrandContext(examples=str(tmp_path / "target.tsv")))
    with pytest.raises(UsageError, match=r"target\.tsv, line 1: write accepted or rejected"):
        Chain(Settings(brands=(brand,), text=NO_NAMES))
