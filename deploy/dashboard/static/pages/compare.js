// Brands beside each other, and the period beside the one before.

import { ask } from "/assets/api.js";
import { lines } from "/assets/charts.js";
import { h, panel, table } from "/assets/dom.js";
import { shareChart } from "/assets/pages/overview.js";
import { earlier, interval, known, posts, scope } from "/assets/place.js";
import { after, local } from "/assets/times.js";
import { change, number, percent, short, t } from "/assets/words.js";

const MEASURES = ["mentions", "authors", "reach", "engagement", "positive", "negative"];

export async function page(at) {
  const group = known().filter((brand) => brand.group === at.brand.group);
  const ids = group.map((brand) => brand.id);
  const asked = scope(at, { brand: ids });
  const before = earlier(at);
  const [share, volume, earlierVolume, ...found] = await Promise.all([
    ask("share", { ...asked, interval: interval(at) }), ask("volume", scope(at, { interval: interval(at) })),
    ask("volume", scope(at, { ...before, interval: interval(at) })),
    ...MEASURES.map((measure) => ask(`measures/${measure}`, { ...asked, by: "brand" })),
    ...MEASURES.map((measure) => ask(`measures/${measure}`, { ...asked, ...before, by: "brand" })),
  ]);
  const value = (n, id) => found[n].data.find((row) => row.keys[0] === id)?.value ?? 0;
  const rows = group.map((brand) => [h("a", { href: posts({ brand: brand.id }), "data-inside": true }, brand.name), ...MEASURES.map((measure, n) => {
    const turned = change(value(n, brand.id), value(n + MEASURES.length, brand.id));
    return `${n === 2 ? short(value(n, brand.id)) : number(value(n, brand.id))}${turned ? ` (${turned})` : ""}`;
  }), percent(value(0, brand.id) ? value(5, brand.id) / value(0, brand.id) : null)]);
  const times = volume.data.map((point) => local(point.time, at.zone));
  return { parts: [
    panel(t("brands.beside"), table(t("brands.beside"), [t("brand"), ...MEASURES.map((measure) => t(measure)), t("negative.share")], rows, [1, 2, 3, 4, 5, 6, 7])),
    panel(t("share"), shareChart(share, at)),
    panel(t("periods.beside"), lines(t("periods.beside"), times, [
      { name: t("this.period"), values: volume.data.map((point) => point.count) },
      { name: t("period.before"), values: volume.data.map((_, n) => earlierVolume.data[n]?.count ?? null), dashed: true },
    ], { lead: (n) => posts({ from: volume.data[n].time, to: after(volume.data[n].time, volume.interval_ms) }) })),
  ] };
}
