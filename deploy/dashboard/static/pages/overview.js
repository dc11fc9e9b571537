// What is said, how it moves, why, and what to do, at one look.

import { ask } from "/assets/api.js";
import { FEELINGS, lines, stacked } from "/assets/charts.js";
import { h, panel } from "/assets/dom.js";
import { alertRow, figure, gravest, postList, ranking, writer } from "/assets/figures.js";
import { brandOf, coarse, earlier, interval, path, posts, scope } from "/assets/place.js";
import { after, local } from "/assets/times.js";
import { language, moment, number, percent, short, t, term } from "/assets/words.js";

const SHOWN = 7; // brands of a group, as many as have colours of their own beside the rest
const FELT = ["positive", "neutral", "negative", "unknown"];

export async function page(at) {
  const asked = scope(at, { interval: interval(at) });
  const [volume, felt, share, alerts, loud, fast, entities, hashtags, sums, sumsBefore] = await Promise.all([
    ask("volume", { ...asked, people: false }), ask("sentiment", asked),
    ask("share", { ...asked, brand: undefined, group: at.brand.group, interval: coarse(at), limit: SHOWN, among: at.brand.id }),
    ask("alerts", { brand: at.brand.id, from: at.from, to: at.to, limit: 20, language }),
    ask("mentions", scope(at, { sort: "reach", limit: 3 })), ask("velocity", scope(at, { limit: 3 })),
    ask("top/entities", scope(at, { limit: 12 })), ask("top/hashtags", scope(at, { limit: 8 })),
    ask("summary", scope(at)), ask("summary", scope({ ...at, ...earlier(at) })),
  ]);
  const [now] = sums.data, [before] = sumsBefore.data;
  const negative = now.mentions ? now.negative / now.mentions : null;
  return { title: at.brand.name, parts: [
    panel(t("brief"), brief(volume, now, before, loud.data[0], fast.data, alerts.data, at)),
    h("div", { class: "figures" },
      figure(t("mentions"), number(now.mentions), { now: now.mentions, before: before.mentions, address: posts() }),
      figure(t("reach"), short(now.reach), { now: now.reach, before: before.reach, note: t("reach.what") }),
      figure(t("engagement"), short(now.engagement), { now: now.engagement, before: before.engagement }),
      figure(t("negative.share"), percent(negative), { address: posts({ sentiment: "negative" }), note: before.mentions ? t("before.was", { value: percent(before.negative / before.mentions) }) : null }),
      figure(t("share"), percent(shareOf(share.data, at.brand.id)), { note: at.brand.group })),
    alerts.data.length ? panel(t("why"), h("div", { class: "three" }, gravest(alerts.data).slice(0, 3).map((each) => alertRow(each, at))),
      alerts.data.length > 3 ? h("a", { href: path("alerts"), "data-inside": true }, t("alerts.all", { n: number(alerts.data.length) })) : null) : null,
    panel(t("volume"), volumeChart(volume, alerts.data, at)),
    h("div", { class: "two" }, panel(t("sentiment"), sentimentChart(felt, at)), panel(t("share"), shareChart(share, at))),
    h("div", { class: "two" }, panel(t("loudest"), postList(loud.data, at)), panel(t("fastest"), postList(fast.data, at))),
    h("div", { class: "two" }, panel(t("entities"), ranking(others(entities.data, at.brand), "entity")), panel(t("hashtags"), ranking(hashtags.data, "hashtag", (tag) => `#${tag}`))),
  ] };
}

/** Say in some sentences what happened, and what is to be done. */
function brief(volume, now, before, loud, fast, alerts, at) {
  const points = volume.data;
  const peak = points.reduce((most, point) => (point.count > (most?.count ?? 0) ? point : most), null);
  const open = alerts.filter((alert) => alert.status === "open");
  const growing = fast.filter((mention) => mention.virality?.supercritical);
  const share = (sums) => (sums.mentions ? sums.negative / sums.mentions : null);
  return h("ul", { class: "brief" },
    peak ? h("li", {}, h("a", { href: behind(points, volume.interval_ms)(points.indexOf(peak)), "data-inside": true },
      t(peak.expected === null ? "brief.peak" : "brief.peak.usual", { time: moment(peak.time, at.zone), count: number(peak.count), expected: number(peak.expected, 1) }))) : null,
    now.mentions ? h("li", {}, t(before.mentions ? "brief.negative.before" : "brief.negative", { share: percent(share(now)), before: percent(share(before)) })) : null,
    loud ? h("li", {}, t("brief.loud", { author: writer(loud.author) }), " ", h("q", { dir: "auto" }, h("a", { href: path("mention", loud.id), "data-inside": true }, (loud.text ?? loud.title ?? "").slice(0, 140)))) : null,
    h("li", { class: "todo" }, open.length ? h("a", { href: path("alerts"), "data-inside": true }, t("todo.alerts", { n: number(open.length) }))
      : growing.length ? h("a", { href: path("mention", growing[0].id), "data-inside": true }, t("todo.grows")) : t("todo.none")));
}

/** What is named besides the brand itself. */
function others(rows, brand) {
  const own = new Set([brand.name, ...brand.aliases].map((name) => name.toLowerCase()));
  return rows.filter((row) => !own.has(row.value.toLowerCase())).slice(0, 8);
}

function shareOf(points, brand) {
  const all = points.reduce((sum, point) => sum + point.count, 0);
  return all ? points.reduce((sum, point) => sum + (point.brand === brand ? point.count : 0), 0) / all : null;
}

export function behind(points, step, more = {}) {
  return (index) => posts({ from: points[index].time, to: after(points[index].time, step), ...more });
}

export function volumeChart(volume, alerts, at) {
  const points = volume.data;
  const times = points.map((point) => local(point.time, at.zone));
  // About two standard deviations of a count that scatters as counts of independent posts do.
  const scatter = points.map((point) => (point.expected === null ? null : 2 * Math.sqrt(point.expected + 1)));
  const known = points.some((point) => point.expected !== null);
  const marks = alerts.map((alert) => ({ ...markOf(alert, points, volume.interval_ms, at), label: `${term("alert", alert.kind)} ${local(alert.opened_at, at.zone).replace("T", " ")}`, address: path("alert", alert.id) })).filter((mark) => mark.value !== undefined);
  return lines(t("volume.of", { brand: at.brand.name }), times, [
    { name: t("mentions"), values: points.map((point) => point.count) },
    ...(points.some((point) => point.distinct_count !== null) ? [{ name: t("distinct"), values: points.map((point) => point.distinct_count) }] : []),
    ...(known ? [{ name: t("expected"), values: points.map((point) => (point.expected === null ? null : Math.round(point.expected * 10) / 10)), colour: "#777777", dashed: true }] : []),
  ], {
    marks, lead: behind(points, volume.interval_ms),
    usual: known ? { low: points.map((point, n) => (scatter[n] === null ? null : Math.max(0, point.expected - scatter[n]))), high: points.map((point, n) => (scatter[n] === null ? null : point.expected + scatter[n])) } : null,
  });
}

function markOf(alert, points, step, at) {
  const moment = Date.parse(alert.opened_at);
  const point = points.find((each) => Date.parse(each.time) <= moment && moment < Date.parse(each.time) + step);
  return point ? { time: local(point.time, at.zone), value: point.count } : {};
}

export function sentimentChart(felt, at) {
  const points = felt.data;
  return stacked(t("sentiment.of", { brand: at.brand.name }), points.map((point) => local(point.time, at.zone)),
    FELT.map((name) => ({ name: term("sentiment", name), colour: FEELINGS[name], values: points.map((point) => point[name]) })),
    { lead: (index, series) => behind(points, felt.interval_ms, series === null ? {} : { sentiment: FELT[series] })(index) });
}

export function shareChart(share, at) {
  const times = [...new Set(share.data.map((point) => point.time))].sort();
  const rank = (name) => (name === at.brand.id ? 0 : name === null ? 2 : 1);
  const names = [...new Set(share.data.map((point) => point.brand))].sort((a, b) => rank(a) - rank(b) || (a > b) - (a < b));
  const value = new Map(share.data.map((point) => [`${point.brand} ${point.time}`, point.share]));
  return lines(t("share"), times.map((time) => local(time, at.zone)),
    names.map((name) => ({ name: name === null ? t("brands.others") : brandOf(name)?.name ?? name, values: times.map((time) => value.get(`${name} ${time}`) ?? null) })),
    { format: (each) => percent(each), lead: (index) => posts({ from: times[index], to: after(times[index], share.interval_ms) }) });
}
