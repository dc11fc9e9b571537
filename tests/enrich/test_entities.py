from random import Random

import pytest

from enrich.stages import entities
from enrich.stages.entities import Entities
from schemas.brand import Brand
from schemas.mention import Analysis, Entity
from schemas.settings import Settings

BRANDS = (
    Brand(name="Acme Phone", query="x", aliases=("Acme", "愛客美手機", "$ACM", "Café Zoë")),
    Brand(name="Tee", query="x", aliases=("T", "Acme")),
    Brand(name="!!!", query="x", id="noise"),
)


@pytest.fixture(scope="module")
def stage() -> Entities:
    return Entities(Settings(brands=BRANDS))


def found(stage: Entities, text: str, language: str = "und") -> list[Entity]:
    return stage.apply([Analysis(text=text, language=language)])[0].entities


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ACME's new acme phone", ["ACME", "acme phone"]),
        ("#Acme @acme $ACM $T", ["Acme", "acme", "$ACM", "T"]),
        ("ACM alone, acmes, we$t, it't, snacme", []),
        ("爱客美手机很好用，愛客美手機", ["爱客美手机", "愛客美手機"]),
        ("我買了Acme手機", ["Acme"]),
        ("CAFE ZOE, café zoë", ["CAFE ZOE", "café zoë"]),
        ("Ａｃｍｅ phone", ["Ａｃｍｅ phone"]),
        ("https://acme.example/T", []),
        ("acme. Phones", ["acme"]),
    ],
)
def test_brands_are_found_as_a_brand_query_finds_them(stage: Entities, text: str, names: list[str]) -> None:
    assert [entity.text for entity in found(stage, text)] == names


def test_a_brand_has_its_own_name_and_the_first_brand_wins(stage: Entities) -> None:
    [entity] = found(stage, "well, acme")
    assert entity == Entity(text="acme", label="brand", start=6, end=10, name="Acme Phone")


def test_english_names_and_their_labels(stage: Entities) -> None:
    text = "Tim Cook opened an Acme store in San Francisco, said Microsoft"
    assert [(entity.text, entity.label) for entity in found(stage, text, "en")] == [
        ("Tim Cook", "person"),
        ("Acme", "brand"),
        ("San Francisco", "place"),
        ("Microsoft", "organisation"),
    ]


@pytest.mark.parametrize("language", ["de", "zh-Hans", "und"])
def test_the_model_reads_english_only(stage: Entities, language: str) -> None:
    assert found(stage, "Tim Cook went to San Francisco", language) == []


def test_a_name_is_cut_to_itself(stage: Entities) -> None:
    text = 'In "San Francisco"\nyesterday: @TimCook met the U.S. team (and NASA) of Microsoft Inc.'
    names = [entity.text for entity in found(stage, text, "en")]
    assert {"San Francisco", "U.S."} <= {*names}
    assert all(name == name.strip("\"'()@# \n") and "TimCook" not in name for name in names)


def test_without_the_model_there_are_brands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entities, "MODEL", "no_such_model")
    stage = Entities(Settings(brands=BRANDS))
    assert [entity.label for entity in found(stage, "Tim Cook of Acme", "en")] == ["brand"]
    assert stage.describe() == "3 brands in every language; no_such_model is not installed: no other names"


def test_the_batch_does_not_change_a_result(stage: Entities) -> None:
    names = ["Tim Cook", "Paris", "Microsoft", "Acme", "the Eiffel Tower", "Angela", "#Berlin", "Reuters", "NASA 2024"]
    chance = Random(11)
    texts = [
        " ".join(chance.choices([*names, "met", "in", "and", "said", "of"], k=chance.randint(1, 30))) for _ in range(80)
    ]
    alone = [found(stage, text, "en") for text in texts]
    order = chance.sample(range(len(texts)), len(texts))
    together = stage.apply([Analysis(text=texts[at], language="en") for at in order])
    assert [alone[at] for at in order] == [analysis.entities for analysis in together]
    assert sum(map(len, alone)) > 80
