// What is spoken of: entities, hashtags, links and sites, each with the feelings towards it.

import { ask } from "/assets/api.js";
import { FEELINGS, bars } from "/assets/charts.js";
import { h, outward, panel } from "/assets/dom.js";
import { ranking } from "/assets/figures.js";
import { posts, scope } from "/assets/place.js";
import { number, t } from "/assets/words.js";

export async function page(at) {
  const [entities, hashtags, links, sites, liked, disliked] = await Promise.all([
    ...["entities", "hashtags", "links", "sites"].map((kind) => ask(`top/${kind}`, scope(at, { limit: 15 }))),
    ...["positive", "negative"].map((measure) => ask(`measures/${measure}`, scope(at, { by: "entity", limit: 500 }))),
  ]);
  const balance = entities.data.map((entity) => balanceOf(entity.value, liked.data, disliked.data)).filter((row) => row.value !== null);
  return { parts: [
    h("div", { class: "two" }, panel(t("entities"), ranking(entities.data, "entity")), panel(t("hashtags"), ranking(hashtags.data, "hashtag", (tag) => `#${tag}`))),
    panel(t("balance"), h("p", {}, t("balance.what")), balance.length ? bars(t("balance"), t("entities"), balance) : h("p", { class: "none" }, t("none"))),
    h("div", { class: "two" },
      panel(t("links"), links.data.length ? h("ol", { class: "ranking" }, links.data.map((link) => h("li", {}, outward(link.value, link.value) ?? link.value,
        h("a", { href: posts({ link: link.value }), "data-inside": true }, number(link.count))))) : h("p", { class: "none" }, t("none"))),
      panel(t("sites"), ranking(sites.data, "site"))),
  ] };
}

function balanceOf(name, liked, disliked) {
  // The key of an entity is `label:name`, and one name may have several labels.
  const sum = (rows) => rows.reduce((all, row) => all + (row.keys[0]?.replace(/^[^:]*:/, "") === name ? row.value : 0), 0);
  const [likes, dislikes] = [sum(liked), sum(disliked)];
  const value = likes + dislikes ? Math.round((100 * (likes - dislikes)) / (likes + dislikes)) / 100 : null;
  return { label: name, value, colour: value < 0 ? FEELINGS.negative : FEELINGS.positive, address: posts({ entity: name }) };
}
