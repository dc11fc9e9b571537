"""A dashboard: panels in rows on Kibana's grid, controls above them, and the ways from one dashboard to another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deploy.kibana.charts import Chart
from deploy.kibana.saved import EVERYTHING, Json, Reference, saved_object, text
from deploy.kibana.searches import Search
from deploy.kibana.views import View

_DRILLDOWN = "DASHBOARD_TO_DASHBOARD_DRILLDOWN"
_HEARD: Json = {"ignoreFilters": False, "ignoreQuery": False, "ignoreTimerange": False, "ignoreValidations": False}


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands on a dashboard: a chart, a list of documents, or text in Markdown. `width` is in 48ths.

    A click into the chart offers to go on to the dashboard `leads_to`, with its filter and time range; the panel's own
    time range is the `since` before now where that is given.
    """

    id: str
    title: str
    width: int
    content: Chart | Search | str
    leads_to: str = ""
    since: str = ""

    def saved(self, x: int, y: int, height: int) -> Json:
        """Return the panel as its dashboard holds it."""
        config: Json = {"enhancements": {}}
        shared: Json = {}
        if isinstance(self.content, Chart):
            kind = "lens"
            config["attributes"] = self.content.attributes()
        elif isinstance(self.content, Search):
            kind = "search"
            shared["panelRefName"] = f"panel_{self.id}"
        else:
            kind = "visualization"
            config["savedVis"] = _markdown(self.content)
        if not self.title:
            config["hidePanelTitles"] = True
        if self.since:
            config["timeRange"] = {"from": f"now-{self.since}", "to": "now"}
        if self.leads_to:
            config["enhancements"]["dynamicActions"] = {"events": [self._event()]}
        grid = {"x": x, "y": y, "w": self.width, "h": height, "i": self.id}
        return {
            "type": kind, "panelIndex": self.id, "gridData": grid, "title": self.title, "embeddableConfig": config,
            **shared,
        }  # fmt: skip

    def references(self) -> Iterator[Reference]:
        """Yield what the dashboard needs for this panel."""
        if isinstance(self.content, Chart):
            yield from (reference.under(self.id) for reference in self.content.references)
        elif isinstance(self.content, Search):
            yield self.content.reference._replace(name=f"{self.id}:panel_{self.id}")
        if self.leads_to:
            name = f"drilldown:{_DRILLDOWN}:{self._event()['eventId']}:dashboardId"
            yield Reference(name, "dashboard", self.leads_to).under(self.id)

    def _event(self) -> Json:
        return {
            "eventId": f"{self.id}-mentions",
            "triggers": ["FILTER_TRIGGER"],
            "action": {
                "factoryId": _DRILLDOWN,
                "name": "Show the mentions",
                "config": {"useCurrentFilters": True, "useCurrentDateRange": True},
            },
        }


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side, 48 wide together; `height` is in the grid's units of about 20 pixels."""

    height: int
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page. `controls` are fields of the view `controlled` by their titles; `since` is its time range before now."""

    id: str
    title: str
    description: str
    controlled: View
    controls: dict[str, str]
    since: str
    rows: Sequence[Row]

    def saved(self) -> Json:
        """Return the saved object."""
        attributes = {
            "title": self.title,
            "description": self.description,
            "panelsJSON": text(list(self._panels())),
            "optionsJSON": text(
                {"useMargins": True, "syncColors": True, "syncCursor": True, "syncTooltips": True,
                 "hidePanelTitles": False}
            ),
            "timeRestore": True,
            "timeFrom": f"now-{self.since}",
            "timeTo": "now",
            "refreshInterval": {"pause": False, "value": 60_000},
            "controlGroupInput": {
                "controlStyle": "oneLine",
                "chainingSystem": "HIERARCHICAL",
                "panelsJSON": text({f"control-{field}": self._control(field) for field in self.controls}),
                "ignoreParentSettingsJSON": text(_HEARD),
                "showApplySelections": False,
            },
            "kibanaSavedObjectMeta": {"searchSourceJSON": text(EVERYTHING)},
        }  # fmt: skip
        references = [reference for row in self.rows for panel in row.panels for reference in panel.references()]
        references += [
            self.controlled.reference(f"controlGroup_control-{n}:optionsListDataView") for n in self.controls
        ]
        return saved_object("dashboard", self.id, attributes, references)

    def _panels(self) -> Iterator[Json]:
        y = 0
        for row in self.rows:
            x = 0
            for panel in row.panels:
                yield panel.saved(x, y, row.height)
                x += panel.width
            y += row.height

    def _control(self, field: str) -> Json:
        return {
            "type": "optionsListControl",
            "order": list(self.controls).index(field),
            "width": "medium",
            "grow": True,
            "explicitInput": {
                "id": f"control-{field}", "fieldName": field, "title": self.controls[field], "enhancements": {},
            },
        }  # fmt: skip


def _markdown(written: str) -> Json:
    return {
        "title": "",
        "description": "",
        "type": "markdown",
        "params": {"fontSize": 12, "openLinksInNewTab": False, "markdown": written},
        "uiState": {},
        "data": {"aggs": [], "searchSource": EVERYTHING},
    }
