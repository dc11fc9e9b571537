// One alert explained: what happened against what was usual, and the posts, people and words that drove it.

import { ask } from "/assets/api.js";
import { h, outward, panel } from "/assets/dom.js";
import { figure, postList, ranking } from "/assets/figures.js";
import { interval, path, posts } from "/assets/place.js";
import { volumeChart } from "/assets/pages/overview.js";
import { language, moment, number, percent, t, term } from "/assets/words.js";

const HOUR_MS = 3_600_000;

export async function page(at, session) {
  const alert = await ask(`alerts/${encodeURIComponent(at.key)}`, { language });
  const from = new Date(Date.parse(alert.opened_at) - 24 * HOUR_MS).toISOString();
  const to = new Date(Date.parse(alert.closed_at ?? alert.updated_at) + 12 * HOUR_MS).toISOString();
  const around = { ...at, from, to };
  const drivers = alert.drivers ?? {};
  const ids = (drivers.posts ?? []).map((driver) => driver.id).slice(0, 5);
  const [volume, ...found] = await Promise.all([
    ask("volume", { brand: alert.brand, from, to, interval: interval(around), people: false }),
    ...ids.map((id) => ask(`mentions/${encodeURIComponent(id)}`).catch(() => null)), // one may be deleted meanwhile
  ]);
  const during = { from: alert.opened_at, to: alert.closed_at ?? alert.updated_at };
  const negative = alert.kind === "negative_spike" ? { sentiment: "negative" } : {};
  return { title: `${term("alert", alert.kind)} – ${at.brand.name}`, parts: [
    h("p", { class: "lead" }, alert.summary),
    h("p", {}, t("alert.times", { opened: moment(alert.opened_at, at.zone), peak: moment(alert.peak_at, at.zone), closed: alert.closed_at ? moment(alert.closed_at, at.zone) : t("still.open") })),
    answer(alert, session),
    h("div", { class: "figures" },
      figure(t("mentions"), number(alert.volume), { address: posts({ ...during, ...negative }) }),
      alert.ratio ? figure(t("ratio"), `${number(alert.ratio, 1)}×`, {}) : null,
      alert.negative_share === null || alert.negative_share === undefined ? null : figure(t("negative.share"), percent(alert.negative_share), { address: posts({ ...during, sentiment: "negative" }) }),
      alert.near_copy_share === null || alert.near_copy_share === undefined ? null : figure(t("copies"), percent(alert.near_copy_share), { note: t("copies.what") })),
    panel(t("volume"), volumeChart(volume, [alert], around), h("a", { href: posts({ ...during, ...negative }), "data-inside": true }, t("posts.during"))),
    panel(t("drivers.posts"), postList(found.filter(Boolean), at)),
    h("div", { class: "two" },
      panel(t("people"), ranking(drivers.authors ?? [], "author", (name) => name.replace(/^[^:]*:/, ""))),
      panel(t("entities"), ranking(drivers.entities ?? [], "entity"))),
    h("div", { class: "two" },
      panel(t("hashtags"), ranking(drivers.hashtags ?? [], "hashtag", (tag) => `#${tag}`)),
      panel(t("links"), h("ol", { class: "ranking" }, (drivers.links ?? []).map((link) => h("li", {}, outward(link.value, link.value) ?? link.value, h("span", {}, number(link.count))))))),
    h("p", {}, h("a", { href: path("alerts"), "data-inside": true }, t("alerts.back"))),
  ] };
}

function answer(alert, session) {
  if (alert.acknowledged) return h("p", { class: "done", id: "acknowledged" }, t("acknowledged", { name: alert.acknowledged.by || t("somebody") }), alert.acknowledged.note ? ` – ${alert.acknowledged.note}` : "");
  if (session.role === "viewer") return null;
  return h("form", { class: "answer", onsubmit: async (event) => {
    event.preventDefault();
    const note = new FormData(event.target).get("note");
    await ask(`alerts/${encodeURIComponent(alert.id)}/acknowledgement`, {}, { method: "PUT", body: note ? { note } : {} });
    dispatchEvent(new Event("moved"));
  } }, h("label", {}, h("span", {}, t("note")), h("input", { name: "note", maxlength: 500 })), h("button", { id: "acknowledge" }, t("acknowledge")));
}
