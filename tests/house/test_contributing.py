"""The examples in CONTRIBUTING.md work as they stand: one file dropped into its folder, and it is there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import enrich.stages
import ingest.sources
from enrich.stage import stages
from ingest.records import Record
from ingest.source import source, sources
from schemas.mention import Analysis
from schemas.post import PostEvent, post_id
from schemas.settings import Settings


def example(root: Path, folder: str) -> str:
    found = re.findall(r"```python\n(.*?)```", (root / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)
    [code] = [code for code in found if f"from {folder} import" in code]
    return str(code)


@pytest.fixture
def letters(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "letters.py").write_text(example(root, "ingest.source"), encoding="utf-8")
    monkeypatch.setattr(ingest.sources, "__path__", [*ingest.sources.__path__, str(tmp_path)])
    sources.cache_clear()
    yield
    sources.cache_clear()


@pytest.mark.usefixtures("letters")
def test_the_source_is_listed_and_reads_its_records() -> None:
    assert "letters" in sources()
    letter = {"number": 7, "printed": "2026-03-02T06:00:00Z", "body": "Sir, the tram was late", "reader": "A. Reader"}
    [post] = source("letters").parse(Record(1, json.dumps(letter).encode()))
    assert isinstance(post, PostEvent)
    assert (post.id, post.text) == (post_id("letters", "7"), "Sir, the tram was late")


def test_the_stage_joins_the_chain_behind_those_it_reads(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "care_teams.py").write_text(example(root, "enrich.stage"), encoding="utf-8")
    monkeypatch.setattr(enrich.stages, "__path__", [*enrich.stages.__path__, str(tmp_path)])
    chain = stages(Settings())
    names = [stage.name for stage in chain]
    assert names.index("care_teams") > max(names.index("entities"), names.index("marks"))
    [analysis] = chain[names.index("care_teams")].apply([Analysis(text="Hello @acmecare!", handles=["acmecare"])])
    assert [(entity.text, entity.start, entity.end) for entity in analysis.entities] == [("acmecare", 7, 15)]
