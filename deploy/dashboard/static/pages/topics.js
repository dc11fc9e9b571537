// What is spoken of: themes, entities, hashtags, links and sites, each with the feelings towards it; what writers are after.

import { ask } from "/assets/api.js";
import { FEELINGS, bars } from "/assets/charts.js";
import { h, outward, panel } from "/assets/dom.js";
import { ranking } from "/assets/figures.js";
import { posts, scope } from "/assets/place.js";
import { number, percent, t, term } from "/assets/words.js";

export async function page(at) {
  const [themes, entities, hashtags, links, sites, intents, emotions, liked, disliked] = await Promise.all([
    ask("top/themes", scope(at, { limit: 12 })),
    ...["entities", "hashtags", "links", "sites", "intents", "emotions"].map((kind) => ask(`top/${kind}`, scope(at, { limit: 15 }))),
    ...["positive", "negative"].map((measure) => ask(`measures/${measure}`, scope(at, { by: "entity", limit: 500 }))),
  ]);
  const named = [...new Set(entities.data.map((entity) => entity.value))]; // a name may have two labels
  const balance = named.map((name) => balanceOf(name, liked.data, disliked.data)).filter((row) => row.value !== null);
  return { parts: [
    panel(t("themes"), themesOf(themes)),
    h("div", { class: "two" }, panel(t("entities"), ranking(entities.data, "entity")), panel(t("hashtags"), ranking(hashtags.data, "hashtag", (tag) => `#${tag}`))),
    panel(t("balance"), h("p", {}, t("balance.what")), balance.length ? bars(t("balance"), t("entities"), balance) : h("p", { class: "none" }, t("none"))),
    h("div", { class: "two" },
      panel(t("links"), links.data.length ? h("ol", { class: "ranking" }, links.data.map((link) => h("li", {}, outward(link.value, link.value) ?? link.value,
        h("a", { href: posts({ link: link.value }), "data-inside": true }, number(link.count))))) : h("p", { class: "none" }, t("none"))),
      panel(t("sites"), ranking(sites.data, "site"))),
    h("div", { class: "two" },
      panel(t("intents"), h("p", {}, t("intents.what")), ranking(intents.data, "intent", (name) => term("intent", name))),
      panel(t("emotions"), h("p", {}, t("emotions.what")), ranking(emotions.data, "emotion", (name) => term("emotion", name)))),
  ] };
}

function themesOf(found) {
  const against = found.usual_texts ? t("themes.usual", { n: number(found.usual_texts) }) : t("themes.times");
  const read = t(found.is_sample ? "themes.sample" : "themes.read", { n: number(found.mentions), texts: number(found.texts) });
  const most = Math.max(...found.data.map((theme) => theme.share));
  return [h("p", {}, `${against} ${read}`), found.data.length ? h("ol", { class: "ranking themes" }, found.data.map((theme) => h("li", {},
    h("span", { class: "terms" }, h("strong", {}, word(theme)), theme.terms.map((each) => [" ", word(each)])),
    h("meter", { min: 0, max: most, value: theme.share, "aria-hidden": "true" }),
    h("span", {}, t("themes.often", { share: percent(theme.share), n: number(theme.times_usual, 1) }))))) : h("p", { class: "none" }, t("none"))];
}

// A word of a theme, which leads to its posts.
function word({ value, kind, label }) {
  const filter = { phrase: { query: `"${value.replace(/"/g, " ")}"` }, hashtag: { hashtag: value }, entity: { entity: `${label}:${value}` } }[kind];
  return h("a", { href: posts(filter), "data-inside": true }, kind === "hashtag" ? `#${value}` : value);
}

function balanceOf(name, liked, disliked) {
  // The key of an entity is `label:name`, and one name may have several labels.
  const sum = (rows) => rows.reduce((all, row) => all + (row.keys[0]?.replace(/^[^:]*:/, "") === name ? row.value : 0), 0);
  const [likes, dislikes] = [sum(liked), sum(disliked)];
  const named = [...liked, ...disliked].map((row) => row.keys[0]).filter((key) => key?.replace(/^[^:]*:/, "") === name);
  const value = likes + dislikes ? Math.round((100 * (likes - dislikes)) / (likes + dislikes)) / 100 : null;
  return { label: name, value, colour: value < 0 ? FEELINGS.negative : FEELINGS.positive, address: posts({ entity: [...new Set(named)] }) };
}
