"""The wheel: exactly our five packages, typed, with their data, and never fit for an index."""

import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

PACKAGES = {"ingest", "enrich", "sinks", "schemas", "deploy"}


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    return zipfile.ZipFile(next(WheelBuilder(str(root)).build(directory=str(folder), versions=["standard"])))


def test_it_holds_the_five_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    top = {name.split("/")[0] for name in wheel.namelist()}
    assert top == PACKAGES | {"hearken-0.1.0.dist-info"}


def test_every_module_of_the_tree_is_in_it(wheel: zipfile.ZipFile, modules: list[Path]) -> None:
    shipped = {path.as_posix() for path in modules if path.parts[0] in PACKAGES}
    assert {name for name in wheel.namelist() if name.endswith(".py")} == shipped


@pytest.mark.parametrize(
    "name",
    [
        *(f"{package}/py.typed" for package in sorted(PACKAGES)),
        "enrich/models/sentiment.npz",
        "enrich/models/sentiment.md",
        "enrich/models/emotion.npz",
        "enrich/intent_cues.toml",
        "schemas/starter.toml",
        "schemas/published/asyncapi.json",
    ],
)
def test_it_holds_what_is_no_module(wheel: zipfile.ZipFile, name: str) -> None:
    assert name in wheel.namelist()


def test_its_metadata(wheel: zipfile.ZipFile) -> None:
    metadata = Parser().parsestr(wheel.read("hearken-0.1.0.dist-info/METADATA").decode())
    assert metadata["Name"] == "hearken"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == "<3.14,>=3.11"
    assert "Private :: Do Not Upload" in metadata.get_all("Classifier", [])
    scripts = wheel.read("hearken-0.1.0.dist-info/entry_points.txt").decode()
    assert "hearken = deploy.cli:main" in scripts
