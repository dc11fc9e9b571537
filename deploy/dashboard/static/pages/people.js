// Who speaks: the authors, and what kind of people they are.

import { ask } from "/assets/api.js";
import { bars } from "/assets/charts.js";
import { h, panel, table } from "/assets/dom.js";
import { posts, scope } from "/assets/place.js";
import { called, number, short, t, term } from "/assets/words.js";

export async function page(at) {
  const [authors, languages, countries, sizes] = await Promise.all([
    ask("top/authors", scope(at, { limit: 30 })), ...["language", "country", "size"].map((by) => ask("audience", scope(at, { by }))),
  ]);
  const rows = authors.data.map((author) => [h("a", { href: posts({ author: author.value }), "data-inside": true }, author.value.replace(/^[^:]*:/, "")), number(author.count), short(author.reach)]);
  return { parts: [
    panel(t("people.who"), table(t("people.who"), [t("author"), t("mentions"), t("followers.head")], rows, [1, 2])),
    h("div", { class: "two" }, audience(t("filter.language"), languages, "language", (code) => called("language", code)), audience(t("filter.country"), countries, "country", (code) => called("region", code))),
    audience(t("filter.size"), sizes, "size", (size) => term("size", size)),
  ] };
}

function audience(title, found, filter, name) {
  const rows = found.data.map((group) => ({ label: name(group.value), value: group.authors, address: group.value ? posts({ [filter]: group.value }) : null }));
  return panel(title, rows.length ? bars(`${t("people")}: ${title}`, title, rows) : h("p", { class: "none" }, t("none")),
    found.hidden ? h("p", { class: "note" }, t("hidden", { n: number(found.hidden) })) : null);
}
