// Pieces that several pages show: a post, an alert, a number with its change.

import { h, outward } from "/assets/dom.js";
import { path, posts } from "/assets/place.js";
import { change, moment, number, short, t, term } from "/assets/words.js";

/** A number with its name, its change against the period before, and the posts behind it. */
export function figure(label, value, { before, now, address, note } = {}) {
  const turned = change(now, before);
  return h("div", { class: "figure" }, h("span", { class: "label" }, label),
    address ? h("a", { class: "value", href: address, "data-inside": true }, value) : h("span", { class: "value" }, value),
    turned ? h("span", { class: "change" }, t("against.before", { change: turned })) : null,
    note ? h("span", { class: "change" }, note) : null);
}

export function writer(author) {
  return author?.name || (author?.handle ? `@${author.handle}` : null) || author?.id || t("unknown");
}

/** A post in a list. */
export function post(mention, at) {
  const engaged = mention.engagement ? t("engaged", { n: number(mention.engagement) }) : null;
  return h("article", { class: `post ${mention.sentiment?.label ?? "unknown"}`, lang: mention.language ?? mention.lang ?? null },
    h("header", {}, h("a", { class: "author", href: posts({ author: mention.author?.handle ?? mention.author?.id }), "data-inside": true }, writer(mention.author)),
      mention.author?.followers ? h("span", {}, t("followers", { n: short(mention.author.followers) })) : null,
      h("span", {}, mention.source), h("time", { datetime: mention.published_at }, moment(mention.published_at, at.zone))),
    mention.title ? h("p", { class: "headline" }, mention.title) : null,
    mention.text ? h("p", { class: "text", dir: "auto" }, mention.text.length > 600 ? `${mention.text.slice(0, 600)}…` : mention.text) : null,
    h("footer", {}, h("span", { class: "feeling" }, term("sentiment", mention.sentiment?.label ?? "unknown")),
      mention.intents?.map((each) => h("span", {}, term("intent", each))),
      mention.kind === "post" ? null : h("span", {}, term("kind", mention.kind)),
      engaged ? h("span", {}, engaged) : null,
      mention.velocity ? h("span", {}, t("velocity.now", { n: number(mention.velocity.v1h, 1) })) : null,
      h("a", { href: path("mention", mention.id), "data-inside": true, "aria-label": t("open.of", { name: writer(mention.author) }) }, t("open")),
      outward(mention.url, t("at.source"))));
}

export function postList(mentions, at) {
  return mentions.length ? h("div", { class: "posts" }, mentions.map((each) => post(each, at))) : h("p", { class: "none" }, t("none.posts"));
}

const GRAVEST = ["negative_spike", "volume_spike", "bought_amplification", "mention_viral", "sentiment_turn", "keyword_rule", "great_reach", "share_of_voice", "source_silent"];

/** Return alerts with those that people should look at first on top: open ones, then by kind, then by volume. */
export function gravest(alerts) {
  const rank = (alert) => [alert.status === "open" ? 0 : 1, GRAVEST.indexOf(alert.kind), -(alert.volume ?? 0)];
  return [...alerts].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const at = left.findIndex((each, n) => each !== right[n]);
    return at < 0 ? 0 : left[at] - right[at];
  });
}

/** One line about an alert. */
export function alertRow(alert, at) {
  return h("article", { class: `alert ${alert.status}` },
    h("header", {}, h("strong", {}, term("alert", alert.kind)), h("span", { class: `state ${alert.status}` }, term("state", alert.status)),
      h("time", { datetime: alert.opened_at }, moment(alert.opened_at, at.zone)),
      alert.acknowledged ? h("span", {}, t("acknowledged", { name: alert.acknowledged.by || t("somebody") })) : null),
    h("p", {}, alert.summary),
    h("a", { href: path("alert", alert.id), "data-inside": true }, t("alert.open")));
}

/** A list of values with their counts, each leading to its posts. */
export function ranking(found, filter, name = (value) => value) {
  const rows = found.filter((row, n) => found.findIndex((each) => each.value === row.value) === n); // a name may have two labels
  if (!rows.length) return h("p", { class: "none" }, t("none"));
  const most = Math.max(...rows.map((row) => row.count));
  return h("ol", { class: "ranking" }, rows.map((row) => h("li", {},
    h("a", { href: posts({ [filter]: filter === "entity" && row.label ? `${row.label}:${row.value}` : row.value }), "data-inside": true }, name(row.value)),
    h("meter", { min: 0, max: most, value: row.count, "aria-hidden": "true" }), h("span", {}, number(row.count)))));
}
