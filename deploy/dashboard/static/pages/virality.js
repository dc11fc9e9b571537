// What spreads: the fastest posts with their reproduction number, the forecast, and how organic it looks.

import { ask } from "/assets/api.js";
import { h, panel, table } from "/assets/dom.js";
import { postList, writer } from "/assets/figures.js";
import { path, scope } from "/assets/place.js";
import { number, percent, t } from "/assets/words.js";

export async function page(at) {
  const [fast, loud] = await Promise.all([ask("velocity", scope(at, { limit: 50 })), ask("mentions", scope(at, { sort: "reach", limit: 200 }))]);
  const found = new Map([...fast.data, ...loud.data].map((mention) => [mention.id, mention]));
  const spreading = [...found.values()].filter((mention) => mention.virality).sort((a, b) => b.virality.forecast - a.virality.forecast).slice(0, 50);
  const rows = spreading.map((mention) => {
    const v = mention.virality;
    return [h("a", { href: path("mention", mention.id), "data-inside": true }, (mention.text ?? mention.title ?? mention.id).slice(0, 80)), writer(mention.author),
      number(mention.velocity?.v1h, 1), h("span", { class: v.supercritical ? "grows" : null }, `${number(v.r, 1)} (${number(v.r_low, 1)}–${number(v.r_high, 1)})`),
      number(v.seen), `${number(v.forecast)} (${number(v.low)}–${number(v.high)})`, percent(v.organic)];
  });
  return { parts: [
    h("p", {}, t("virality.what")),
    panel(t("spreading"), rows.length ? table(t("spreading"), [t("post"), t("author"), t("velocity"), t("r"), t("seen"), t("forecast"), t("organic")], rows, [2, 3, 4, 5, 6]) : h("p", { class: "none" }, t("none.spreading"))),
    panel(t("fastest"), postList(fast.data.filter((mention) => !mention.virality).slice(0, 10), at)),
  ] };
}
