// Brands beside each other, and the period beside the one before.

import { ask } from "/assets/api.js";
import { lines } from "/assets/charts.js";
import { h, panel, table } from "/assets/dom.js";
import { shareChart } from "/assets/pages/overview.js";
import { earlier, interval, known, posts, scope } from "/assets/place.js";
import { after, local } from "/assets/times.js";
import { change, number, percent, short, t } from "/assets/words.js";

const MEASURES = ["mentions", "authors", "reach", "engagement", "positive", "negative"];

const MOST = 12; // brands beside each other

/** Those of a group of which most is said, the one that is looked at among them. */
async function loudest(at, group) {
  if (group.length <= MOST) return group;
  const said = (await ask("measures/mentions", scope(at, { brand: undefined, by: "brand" }))).data.map((row) => row.keys[0]);
  const rank = (brand) => (brand.id === at.brand.id ? -1 : said.includes(brand.id) ? said.indexOf(brand.id) : said.length);
  return [...group].sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

export async function page(at) {
  const group = await loudest(at, known().filter((brand) => brand.group === at.brand.group));
  const ids = group.map((brand) => brand.id);
  const asked = scope(at, { brand: ids });
  const before = earlier(at);
  const [share, volume, earlierVolume, now, then] = await Promise.all([
    ask("share", { ...asked, interval: interval(at) }), ask("volume", scope(at, { interval: interval(at), people: false })),
    ask("volume", scope(at, { ...before, interval: interval(at), people: false })),
    ask("summary", asked), ask("summary", { ...asked, ...before }),
  ]);
  const rows = group.map((brand) => {
    const [sums, sumsBefore] = [now, then].map((found) => found.data.find((row) => row.brand === brand.id));
    return [h("a", { href: posts({ brand: brand.id }), "data-inside": true }, brand.name), ...MEASURES.map((measure) => {
      const turned = change(sums[measure], sumsBefore[measure]);
      return `${measure === "reach" ? short(sums[measure]) : number(sums[measure])}${turned ? ` (${turned})` : ""}`;
    }), percent(sums.mentions ? sums.negative / sums.mentions : null)];
  });
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
