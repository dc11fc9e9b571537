"""Lens visualisations: bars, lines, rings, single numbers and tables over one data view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deploy.kibana.columns import Columns
from deploy.kibana.saved import Json, Reference, kuery
from deploy.kibana.views import View

_LAYER = "layer"


@dataclass(frozen=True, slots=True)
class Chart:
    """A visualisation, for a panel: `picture` says how the columns are drawn.

    `where` is a condition on its documents. `unfiltered`: neither controls nor filters of the dashboard hold for it,
    only its time range, because its documents have none of their fields.
    """

    type: str
    view: View
    columns: Columns
    picture: Json
    where: str = ""
    unfiltered: bool = field(default=False, kw_only=True)

    @property
    def references(self) -> tuple[Reference, ...]:
        """The data view, as the visualisation calls it."""
        return (self.view.reference(f"indexpattern-datasource-layer-{_LAYER}"),)

    def attributes(self) -> Json:
        """Return what a panel holds of it."""
        layer: Json = {"columnOrder": list(self.columns), "columns": self.columns, "incompleteColumns": {}}
        if self.unfiltered:
            layer["ignoreGlobalFilters"] = True
        return {
            "title": "",
            "type": "lens",
            "visualizationType": self.type,
            "references": [reference._asdict() for reference in self.references],
            "state": {
                "datasourceStates": {"formBased": {"layers": {_LAYER: layer}}},
                "visualization": self.picture,
                "query": kuery(self.where),
                "filters": [],
                "internalReferences": [],
                "adHocDataViews": {},
            },
        }


def plot(
    view: View,
    columns: Columns,
    series: str,
    values: Sequence[str],
    *,
    split: str | None = None,
    colours: Mapping[str, str] | None = None,
    where: str = "",
    unfiltered: bool = False,
    unit: str = "",
) -> Chart:
    """Draw `values` over the column `x`, one colour for each value of the column `split`, or as `colours` say.

    `series` is Kibana's name of the kind: `bar_stacked`, `line` and so on. `unit` stands at the axis.
    """
    layer: Json = {
        "layerId": _LAYER,
        "layerType": "data",
        "seriesType": series,
        "xAccessor": "x",
        "accessors": list(values),
        "yConfig": [{"forAccessor": name, "color": colour} for name, colour in (colours or {}).items()],
    }
    if split:
        layer["splitAccessor"] = split
    picture = {
        "layers": [layer],
        "preferredSeriesType": series,
        "legend": {"isVisible": True, "position": "right", "shouldTruncate": True},
        "valueLabels": "hide",
        "fittingFunction": "Linear" if series == "line" else "None",
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": bool(unit), "yRight": False},
        "yTitle": unit,
    }
    return Chart("lnsXY", view, columns, picture, where, unfiltered=unfiltered)


def ring(view: View, columns: Columns, group: str, value: str, where: str = "") -> Chart:
    """Draw the parts that the groups have of the whole, in percent."""
    layer = {
        "layerId": _LAYER,
        "layerType": "data",
        "primaryGroups": [group],
        "metrics": [value],
        "numberDisplay": "percent",
        "categoryDisplay": "default",
        "legendDisplay": "show",
        "legendPosition": "right",
        "nestedLegend": False,
    }
    return Chart("lnsPie", view, columns, {"shape": "donut", "layers": [layer]}, where)


def tile(view: View, columns: Columns, colour: str = "", where: str = "", *, unfiltered: bool = False) -> Chart:
    """Show the column `value` as one number, and small beside it the column `before`, where there is one."""
    picture: Json = {"layerId": _LAYER, "layerType": "data", "metricAccessor": "value"}
    if "before" in columns:
        picture["secondaryMetricAccessor"] = "before"
    if colour:
        picture["color"] = colour
    return Chart("lnsMetric", view, columns, picture, where, unfiltered=unfiltered)


def table(view: View, columns: Columns, where: str = "", *, unfiltered: bool = False, rows: int = 10) -> Chart:
    """List the groups in the order in which they were chosen, `rows` on a page."""
    shown = [{"columnId": name, "isTransposed": False, "isMetric": not columns[name]["isBucketed"]} for name in columns]
    picture = {
        "layerId": _LAYER,
        "layerType": "data",
        "columns": shown,
        "paging": {"size": rows, "enabled": True},
        "rowHeight": "single",
        "headerRowHeight": "single",
    }
    return Chart("lnsDatatable", view, columns, picture, where, unfiltered=unfiltered)
