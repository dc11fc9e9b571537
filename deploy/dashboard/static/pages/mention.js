// One post with its spread over time.

import { ask } from "/assets/api.js";
import { lines } from "/assets/charts.js";
import { h, panel, table } from "/assets/dom.js";
import { post } from "/assets/figures.js";
import { posts } from "/assets/place.js";
import { local } from "/assets/times.js";
import { moment, number, percent, t, term } from "/assets/words.js";

const SPREAD = ["reposts", "quotes", "replies", "likes"];
const TOTALS = ["likes", "reposts", "replies", "quotes", "views"];

export async function page(at) {
  const key = encodeURIComponent(at.key);
  const [mention, spread, history] = await Promise.all([ask(`mentions/${key}`), ask(`mentions/${key}/cascade`), ask(`mentions/${key}/history`)]);
  return { title: t("page.mention"), parts: [
    post(mention, at),
    outlook(mention.virality),
    spread.points.length ? panel(t("spread"), lines(t("spread"), spread.points.map((point) => local(point.at, at.zone)),
      SPREAD.filter((kind) => spread.points.at(-1)[kind]).map((kind) => ({ name: t(`total.${kind}`), values: spread.points.map((point) => point[kind]) })))) : null,
    history.data.length ? panel(t("totals"), table(t("totals"), [t("time"), ...TOTALS.map((kind) => t(`total.${kind}`))],
      history.data.slice(-200).map((row) => [moment(row.at, at.zone), ...TOTALS.map((kind) => number(row[kind]))]), [1, 2, 3, 4, 5])) : null,
    panel(t("read.as"), h("dl", { class: "facts" },
      fact(t("filter.language"), mention.language), fact(t("filter.sentiment"), term("sentiment", mention.sentiment?.label)),
      fact(t("filter.intent"), mention.intents?.map((each) => h("a", { href: posts({ intent: each }), "data-inside": true }, term("intent", each)))),
      fact(t("filter.emotion"), mention.emotion ? term("emotion", mention.emotion) : null),
      fact(t("entities"), mention.entities?.map((each) => h("a", { href: posts({ entity: `${each.label}:${each.name ?? each.text}` }), "data-inside": true }, `${each.text} (${term("entity", each.label)})`))),
      fact(t("hashtags"), mention.hashtags?.map((tag) => h("a", { href: posts({ hashtag: tag }), "data-inside": true }, `#${tag}`))),
      fact(t("observed"), moment(mention.observed_at, at.zone)))),
  ] };
}

function fact(name, value) {
  if (!value || (Array.isArray(value) && !value.length)) return null;
  return [h("dt", {}, name), h("dd", {}, Array.isArray(value) ? value.flatMap((each, n) => (n ? [", ", each] : [each])) : value)];
}

export function outlook(virality) {
  if (!virality) return null;
  return panel(t("outlook"), h("p", {}, t(virality.supercritical ? "outlook.grows" : "outlook.slows", { r: number(virality.r, 1), low: number(virality.r_low, 1), high: number(virality.r_high, 1) })),
    h("p", {}, t("outlook.size", { seen: number(virality.seen), forecast: number(virality.forecast), low: number(virality.low), high: number(virality.high) })),
    virality.organic === null || virality.organic === undefined ? null : h("p", {}, t("outlook.organic", { share: percent(virality.organic) })));
}
