// Charts by Plotly, each with a table of the same numbers, whose rows lead where a click in the chart leads. A table is
// made when it is opened.

import { h, table } from "/assets/dom.js";
import { go } from "/assets/place.js";
import { t } from "/assets/words.js";

// Okabe and Ito's colours, which people with any kind of colour blindness can tell apart.
export const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8200", "#777777"];
export const FEELINGS = { positive: "#0072b2", neutral: "#999999", negative: "#d55e00", unknown: "#c9c9c9" };

const dashes = ["solid", "dash", "dot", "dashdot"];

// Plotly is large: it is run once the questions of the page are on their way, so that they are answered meanwhile.
const ready = new Promise((done, failed) => setTimeout(() => {
  document.head.append(h("script", { src: "/assets/plotly.min.js", onload: done, onerror: () => failed(new Error("no charts")) }));
}));

function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function layout(more) {
  const ink = style("--ink"), line = style("--line");
  return {
    margin: { l: 48, r: 12, t: 8, b: 36 }, height: 280, autosize: true, hovermode: "x unified",
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink, family: "inherit" },
    legend: { orientation: "h", y: -0.2 }, hoverlabel: { bgcolor: style("--card"), font: { color: ink } },
    xaxis: { gridcolor: line, zeroline: false }, yaxis: { gridcolor: line, zeroline: false, rangemode: "tozero" }, ...more,
  };
}

/**
 * A chart. `title` names it for those who cannot see it; `traces` and `more` are Plotly's; `rows` is the table below it,
 * `heads` its heads; `lead(index)` returns the address behind a point, null for none.
 */
function chart(title, traces, more, heads, rows, lead) {
  const place = h("div", { class: "chart", role: "img", "aria-label": title });
  const draw = () => {
    if (!place.isConnected) return removeEventListener("appearance", draw); // its page was left
    Plotly.newPlot(place, traces(), layout(more), { displayModeBar: false, responsive: true });
    place.on("plotly_click", (event) => {
      const target = lead?.(event.points[0].pointIndex, event.points[0]);
      if (target) go(target);
    });
  };
  ready.then(() => {
    requestAnimationFrame(draw);
    addEventListener("appearance", draw);
  }, () => place.append(t("failed")));
  const numbers = h("details", { ontoggle: () => numbers.children.length > 1 || numbers.append(written()) }, h("summary", {}, t("chart.table")));
  const written = () => table(title, heads, rows.map((row, n) => {
    const target = lead?.(n, null);
    return target ? [h("a", { href: target, "data-inside": true }, row[0]), ...row.slice(1)] : row;
  }), heads.map((_, n) => n).slice(1));
  return h("figure", {}, place, numbers);
}

/**
 * Lines over time. `times` are as they are to be read, `series` is [{name, values, colour?, dashed?}]; `usual` {low, high}
 * is drawn as a band behind them; `marks` is [{time, value, label, address}], which are clicked like points.
 */
export function lines(title, times, series, { usual, marks = [], lead, format } = {}) {
  const traces = () => {
    const drawn = [];
    if (usual) {
      const quiet = { x: times, mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false };
      drawn.push({ ...quiet, y: usual.low }, { ...quiet, y: usual.high, fill: "tonexty", fillcolor: style("--band"), name: t("chart.usual"), showlegend: true });
    }
    series.forEach((one, n) => drawn.push({
      x: times, y: one.values, name: one.name, mode: "lines", type: "scatter",
      line: { color: one.colour ?? COLOURS[n % COLOURS.length], dash: one.dashed ? "dash" : dashes[Math.floor(n / COLOURS.length) % 4], width: 2 },
    }));
    if (marks.length) {
      drawn.push({
        x: marks.map((mark) => mark.time), y: marks.map((mark) => mark.value), text: marks.map((mark) => mark.label), name: t("alerts"),
        mode: "markers", type: "scatter", hovertemplate: "%{text}<extra></extra>",
        marker: { symbol: "triangle-up", size: 12, color: style("--alarm"), line: { width: 1, color: style("--card") } },
      });
    }
    return drawn;
  };
  const follow = (index, point) => (point?.data.name === t("alerts") && marks.length ? marks[index].address : lead?.(index));
  const heads = [t("time"), ...series.map((one) => one.name)];
  const write = format ?? ((value) => value ?? "–");
  const rows = times.map((time, n) => [time.replace("T", " "), ...series.map((one) => write(one.values[n]))]);
  return chart(title, traces, {}, heads, rows, follow);
}

/** Bars over time that stand on each other. */
export function stacked(title, times, series, { lead } = {}) {
  const traces = () => series.map((one, n) => ({ x: times, y: one.values, name: one.name, type: "bar", marker: { color: one.colour ?? COLOURS[n % COLOURS.length] } }));
  const rows = times.map((time, n) => [time.replace("T", " "), ...series.map((one) => one.values[n] ?? "–")]);
  return chart(title, traces, { barmode: "stack", bargap: 0.05 }, [t("time"), ...series.map((one) => one.name)], rows, lead);
}

/** Bars to the right, the largest on top: `rows` is [{label, value, address?, colour?}]. */
export function bars(title, measure, rows) {
  const upward = [...rows].reverse();
  const traces = () => [{
    type: "bar", orientation: "h", y: upward.map((row) => row.label), x: upward.map((row) => row.value),
    marker: { color: upward.map((row) => row.colour ?? COLOURS[0]) }, hovertemplate: "%{y}: %{x}<extra></extra>",
  }];
  const more = { hovermode: "closest", height: 60 + 24 * rows.length, margin: { l: 140, r: 12, t: 4, b: 28 }, yaxis: { automargin: true, type: "category" } };
  const lead = (index, point) => (point ? upward[index].address : rows[index].address);
  return chart(title, traces, more, [measure, t("count")], rows.map((row) => [row.label, row.value]), lead);
}
