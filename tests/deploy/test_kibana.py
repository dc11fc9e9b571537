"""The file for Kibana: it is what the code makes, complete in itself, and names no field that is not there."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.dashboard.pages import PATHS
from deploy.demo.brands import BRANDS
from deploy.kibana.columns import MOODS
from deploy.kibana.export import FILE, ndjson
from deploy.kibana.views import VIEWS
from schemas.brand import Brand
from schemas.kibana import DASHBOARD
from sinks.elastic.indices import Names
from sinks.elastic.templates import templates

OBJECTS: dict[tuple[str, str], dict[str, Any]] = {
    (one["type"], one["id"]): one for one in map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
}
DASHBOARDS = [one for one in OBJECTS.values() if one["type"] == "dashboard"]

# In Kibana's query language what stands before a colon or a comparison is a field.
FIELD = re.compile(r"([\w.]+) ?(?::|>=|<=|>|<)")


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(dashboard["attributes"]["panelsJSON"])
    return found


def layers(dashboard: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the data view and the state of each chart."""
    for panel in panels(dashboard):
        chart = panel["embeddableConfig"].get("attributes")
        if chart:
            yield chart["references"][0]["id"], chart["state"]


def mapped(fields: dict[str, Any], above: str = "") -> set[str]:
    names = set()
    for name, field in fields.items():
        names |= mapped(field["properties"], f"{above}{name}.") if "properties" in field else {above + name}
    return names


def fields_of(view: str) -> set[str]:
    """Return the names of the fields that the index of a data view has."""
    title = OBJECTS["index-pattern", view]["attributes"]["title"]
    body = templates(Names(), 0)[title.removesuffix("-*")]
    return mapped(body["template"]["mappings"]["properties"])


def named_by_charts() -> Iterator[tuple[str, str]]:
    for dashboard in DASHBOARDS:
        for view, state in layers(dashboard):
            (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
            for column in layer["columns"].values():
                if column.get("sourceField", "___records___") != "___records___":
                    yield view, column["sourceField"]
                for name in FIELD.findall(column.get("filter", {}).get("query", "")):
                    yield view, name
            for name in FIELD.findall(state["query"]["query"]):
                yield view, name


def named_by_controls() -> Iterator[tuple[str, str]]:
    for dashboard in DASHBOARDS:
        views = {reference["name"]: reference["id"] for reference in dashboard["references"]}
        controls = json.loads(dashboard["attributes"]["controlGroupInput"]["panelsJSON"])
        for id, control in controls.items():
            yield views[f"controlGroup_{id}:optionsListDataView"], control["explicitInput"]["fieldName"]


def named_by_lists() -> Iterator[tuple[str, str]]:
    for (kind, id), one in OBJECTS.items():
        attributes = one["attributes"]
        if kind == "index-pattern":
            shown = {**json.loads(attributes["fieldAttrs"]), **json.loads(attributes["fieldFormatMap"])}
            yield from ((id, name) for name in (attributes["timeFieldName"], *shown))
        if kind == "search":
            source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
            named = [*attributes["columns"], *(name for name, _ in attributes["sort"])]
            named += [*FIELD.findall(source["query"]["query"]), *attributes["grid"]["columns"]]
            yield from ((one["references"][0]["id"], name) for name in named)


def test_the_file_is_what_the_code_makes() -> None:
    """When this fails: `python -m deploy.kibana.export`, and look at what changed."""
    assert FILE.read_text(encoding="utf-8") == ndjson()


def test_ids_are_those_that_people_have_imported_and_linked_to() -> None:
    assert [id for kind, id in OBJECTS if kind == "dashboard"] == [
        "hearken-brand-overview",
        "hearken-virality-alerts",
        "hearken-sentiment-topics",
        "hearken-pipeline-health",
    ]
    assert [id for kind, id in OBJECTS if kind != "dashboard"] == [
        "hearken-mentions",
        "hearken-indexed",
        "hearken-trends",
        "hearken-engagement",
        "hearken-alerts",
        "hearken-dead-letters",
        "hearken-search-velocity",
        "hearken-search-negative",
        "hearken-search-alerts",
        "hearken-search-dead-letters",
    ]
    assert len(OBJECTS) == len(FILE.read_text(encoding="utf-8").splitlines())


def test_every_reference_leads_to_an_object_of_the_file() -> None:
    named = {(reference["type"], reference["id"]) for one in OBJECTS.values() for reference in one["references"]}
    assert named <= set(OBJECTS)
    links = {link for one in DASHBOARDS for link in re.findall(r"\(#/view/([\w-]+)\)", one["attributes"]["panelsJSON"])}
    assert links == {one["id"] for one in DASHBOARDS}


@pytest.mark.parametrize("named", [named_by_charts, named_by_controls, named_by_lists])
def test_every_field_is_in_the_mapping(named: Any) -> None:
    pairs = set(named())
    assert pairs
    known = {view: fields_of(view) for view in {view for view, _ in pairs}}
    assert {(view, name) for view, name in pairs if name not in known[view]} == set()


def test_every_control_holds_for_every_view_of_brands() -> None:
    assert all("brand" in fields_of(f"hearken-{view}") for view in ("mentions", "indexed", "trends", "alerts"))


def test_rows_fill_the_width_and_panels_have_titles_that_differ() -> None:
    for dashboard in DASHBOARDS:
        widths: dict[int, int] = {}
        for panel in panels(dashboard):
            grid = panel["gridData"]
            widths[grid["y"]] = widths.get(grid["y"], 0) + grid["w"]
        assert set(widths.values()) == {48}
        titles = [panel["title"] for panel in panels(dashboard) if panel["title"]]
        assert len(set(titles)) == len(titles)


def test_a_sentiment_has_one_colour_everywhere() -> None:
    drawn = [
        (series["forAccessor"], series["color"])
        for dashboard in DASHBOARDS
        for _, state in layers(dashboard)
        for layer in state["visualization"].get("layers", [])
        for series in layer.get("yConfig", [])
        if series["forAccessor"] in MOODS
    ]
    assert len(drawn) > 2 * len(MOODS)
    assert set(drawn) == set(MOODS.items())


def test_from_what_is_drawn_over_time_a_click_leads_to_mentions() -> None:
    overview, _, sentiment, _ = DASHBOARDS
    for dashboard in (overview, sentiment):
        for panel in panels(dashboard):
            state = panel["embeddableConfig"].get("attributes", {}).get("state", {})
            if "date_histogram" in json.dumps(state):
                assert "dynamicActions" in panel["embeddableConfig"]["enhancements"], panel["title"]


def test_a_post_is_a_link() -> None:
    view = OBJECTS["index-pattern", "hearken-mentions"]["attributes"]
    assert json.loads(view["fieldFormatMap"])["url"]["id"] == "url"
    for name in ("velocity", "negative"):
        assert "url" in OBJECTS["search", f"hearken-search-{name}"]["attributes"]["columns"]


def test_documents_lead_to_their_pages_in_the_dashboard() -> None:
    for view, field, path in (
        ("mentions", "id", "/mention/"), ("indexed", "id", "/mention/"), ("engagement", "mention_id", "/mention/"),
        ("alerts", "id", "/alert/"),
    ):  # fmt: skip
        formats = json.loads(OBJECTS["index-pattern", f"hearken-{view}"]["attributes"]["fieldFormatMap"])
        assert formats[field]["params"]["urlTemplate"] == f"{DASHBOARD}{path}{{{{value}}}}"
        assert any(page.startswith(path) for page in PATHS)
    assert "id" in OBJECTS["search", "hearken-search-velocity"]["attributes"]["columns"]


@pytest.mark.parametrize("brands", [(), BRANDS])
def test_kibana_would_take_it(brands: tuple[Brand, ...], shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "hearken.ndjson"
    file.write_text(ndjson(brands), encoding="utf-8")
    made = templates(Names(), 0)
    mappings = []
    for view in VIEWS:
        path = tmp_path / f"{view.id}.json"
        path.write_text(json.dumps(made[view.indices.removesuffix("-*")]), encoding="utf-8")
        mappings += ["--mapping", f"{view.indices}={path}"]
    command = [sys.executable, str(shared / "kibana_check.py"), str(file), "--strict", *mappings]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
