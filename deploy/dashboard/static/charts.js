// Charts by Chart.js, each with a table of the same numbers, whose rows lead where a click in the chart leads. A table is
// made when it is opened.

import "/assets/chart.js";
import { h, table } from "/assets/dom.js";
import { go } from "/assets/place.js";
import { t } from "/assets/words.js";

const { Chart } = globalThis;

// Okabe and Ito's colours, which people with any kind of colour blindness can tell apart.
export const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8200", "#777777"];
export const FEELINGS = { positive: "#0072b2", neutral: "#999999", negative: "#d55e00", unknown: "#c9c9c9" };

const DASHES = [[], [8, 5], [2, 3], [8, 4, 2, 4]];
const HEIGHT = 280;
const LONGEST = 26; // characters of a bar's name
// Numbers alone, which are read alike in every language.
const FORMATS = { minute: "HH:mm", hour: "MM-dd HH:mm", day: "MM-dd", week: "MM-dd", month: "yyyy-MM", quarter: "yyyy-MM", year: "yyyy" };

function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * A chart. `title` names it for those who cannot see it; `made()` returns what Chart.js draws; `rows` is the table below it,
 * `heads` its heads; `lead(index, series)` returns the address behind a point, null for none; in the table no series is meant.
 */
function chart(title, made, heads, rows, lead, height = HEIGHT) {
  const canvas = h("canvas");
  const place = h("div", { class: "chart", role: "img", "aria-label": title }, canvas);
  place.style.height = `${height}px`;
  const draw = () => {
    for (const drawn of Object.values(Chart.instances)) if (drawn.canvas === canvas || !drawn.canvas.isConnected) drawn.destroy();
    if (place.isConnected) new Chart(canvas, dressed(made(), lead));
    else removeEventListener("appearance", draw); // its page was left
  };
  requestAnimationFrame(draw);
  addEventListener("appearance", draw);
  const numbers = h("details", { ontoggle: () => numbers.children.length > 1 || numbers.append(written()) }, h("summary", {}, t("chart.table")));
  const written = () => table(title, heads, rows.map((row, n) => {
    const target = lead?.(n, null);
    return target ? [h("a", { href: target, "data-inside": true }, row[0]), ...row.slice(1)] : row;
  }), heads.map((_, n) => n).slice(1));
  return h("figure", {}, place, numbers);
}

/** Add to a chart what all have: colours of the page, what is told of a point, and where a click leads. */
function dressed({ type, data, options = {} }, lead) {
  const ink = style("--ink"), line = style("--line"), card = style("--card");
  const scale = { ticks: { color: ink, maxRotation: 0, autoSkipPadding: 16 }, grid: { color: line } };
  const hit = (event, drawn) => drawn.getElementsAtEventForMode(event, "nearest", { intersect: true }, false)[0];
  return {
    type, data,
    options: {
      animation: false, maintainAspectRatio: false, interaction: { mode: "nearest", axis: "x", intersect: false }, ...options,
      scales: Object.fromEntries(Object.entries(options.scales).map(([name, more]) => [name, { ...scale, ...more, ticks: { ...scale.ticks, ...more.ticks } }])),
      plugins: {
        legend: { display: data.datasets.length > 1, position: "bottom", labels: { color: ink, usePointStyle: true, pointStyleWidth: 24, filter: ({ text }) => text } },
        tooltip: { backgroundColor: card, titleColor: ink, bodyColor: ink, borderColor: line, borderWidth: 1, filter: ({ dataset }) => dataset.label, ...options.plugins?.tooltip },
      },
      onClick: (event, near, drawn) => {
        const point = hit(event, drawn) ?? near[0];
        const target = point && lead?.(point.index, point.datasetIndex);
        if (target) go(target);
      },
    },
  };
}

/** Over time: `times` are wall clocks, which are told as they are written. */
function overTime(times) {
  return {
    scales: { x: { type: "time", time: { displayFormats: FORMATS } }, y: { beginAtZero: true } },
    plugins: { tooltip: { callbacks: { title: ([first]) => first && (first.raw.at ?? times[first.dataIndex]).replace("T", " ") } } },
  };
}

function points(times, values) {
  return values.map((value, n) => ({ x: Date.parse(times[n]), y: value ?? NaN }));
}

/**
 * Lines over time. `times` are as they are to be read, `series` is [{name, values, colour?, dashed?}]; `usual` {low, high}
 * is drawn as a band behind them; `marks` is [{time, value, label, address}], which are clicked like points.
 */
export function lines(title, times, series, { usual, marks = [], lead, format } = {}) {
  const write = format ?? ((value) => value ?? "–");
  const drawn = () => {
    const quiet = { parsing: false, pointStyle: "line", pointRadius: 0, pointHoverRadius: 5, borderWidth: 2 };
    const datasets = series.map((one, n) => {
      const colour = one.colour ?? COLOURS[n % COLOURS.length];
      return { ...quiet, label: one.name, data: points(times, one.values), borderColor: colour, backgroundColor: colour, borderDash: one.dashed ? DASHES[1] : DASHES[Math.floor(n / COLOURS.length) % 4] };
    });
    if (marks.length) {
      datasets.push({
        parsing: false, label: t("alerts"), data: marks.map((mark) => ({ x: Date.parse(mark.time), y: mark.value, at: mark.time, told: mark.label })), showLine: false,
        pointStyle: "triangle", pointRadius: 7, pointHoverRadius: 9, backgroundColor: style("--alarm"), borderColor: style("--card"), order: -1,
      });
    }
    if (usual) {
      const edge = { ...quiet, pointStyle: "rect", pointHoverRadius: 0, borderWidth: 0 };
      datasets.push({ ...edge, label: t("chart.usual"), data: points(times, usual.high), fill: "+1", backgroundColor: style("--band") }, { ...edge, label: "", data: points(times, usual.low) });
    }
    const options = overTime(times);
    if (format) options.scales.y.ticks = { callback: format };
    options.plugins.tooltip.callbacks.label = ({ dataset, raw }) => raw.told ?? `${dataset.label}: ${write(raw.y)}`;
    options.plugins.tooltip.filter = ({ datasetIndex }) => datasetIndex < series.length + (marks.length > 0);
    return { type: "line", data: { datasets }, options };
  };
  const follow = (index, at) => (marks.length && at === series.length ? marks[index].address : lead?.(index, at));
  const heads = [t("time"), ...series.map((one) => one.name)];
  const rows = times.map((time, n) => [time.replace("T", " "), ...series.map((one) => write(one.values[n]))]);
  return chart(title, drawn, heads, rows, follow);
}

/** Bars over time that stand on each other. */
export function stacked(title, times, series, { lead } = {}) {
  const drawn = () => {
    const options = overTime(times);
    for (const scale of Object.values(options.scales)) scale.stacked = true;
    const datasets = series.map((one, n) => ({ parsing: false, label: one.name, pointStyle: "rect", data: points(times, one.values), backgroundColor: one.colour ?? COLOURS[n % COLOURS.length], barPercentage: 1, categoryPercentage: 0.95 }));
    return { type: "bar", data: { datasets }, options };
  };
  const rows = times.map((time, n) => [time.replace("T", " "), ...series.map((one) => one.values[n] ?? "–")]);
  return chart(title, drawn, [t("time"), ...series.map((one) => one.name)], rows, lead);
}

/** Bars to the right, the largest on top: `rows` is [{label, value, address?, colour?}]. */
export function bars(title, measure, rows) {
  const cut = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);
  const drawn = () => ({
    type: "bar",
    data: { labels: rows.map((row) => row.label), datasets: [{ label: measure, data: rows.map((row) => row.value), backgroundColor: rows.map((row) => row.colour ?? COLOURS[0]) }] },
    options: {
      indexAxis: "y", interaction: { mode: "nearest", axis: "y", intersect: false },
      scales: { x: { beginAtZero: true }, y: { ticks: { autoSkip: false, callback: (value) => cut(rows[value].label) } } },
    },
  });
  return chart(title, drawn, [measure, t("count")], rows.map((row) => [row.label, row.value]), (index) => rows[index].address, 60 + 24 * rows.length);
}
