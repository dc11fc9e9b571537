// The posts behind anything, the newest first, and what comes in while somebody looks.

import { address, ask, follow } from "/assets/api.js";
import { fill, h } from "/assets/dom.js";
import { post, postList } from "/assets/figures.js";
import { alter, scope } from "/assets/place.js";
import { number, t, term } from "/assets/words.js";

const FELT = ["positive", "neutral", "negative", "unknown"];
const KINDS = ["post", "reply", "repost", "quote", "article", "review"];
const INTENTS = ["complaint", "question", "praise", "purchase"];
const MOST_LIVE = 200;

export async function page(at) {
  const sort = at.search.get("sort") ?? "new";
  const first = await ask("mentions", scope(at, { sort, limit: 30 }));
  const list = h("div", { class: "posts", id: "posts" }, first.data.map((each) => post(each, at)));
  const more = h("button", { type: "button" }, t("more"));
  let cursor = first.next;
  more.addEventListener("click", async () => {
    const next = await ask("mentions", scope(at, { sort, limit: 30, cursor }));
    list.append(...next.data.map((each) => post(each, at)));
    cursor = next.next;
    more.hidden = !cursor;
  });
  more.hidden = !cursor;

  const fresh = h("div", { class: "posts", id: "live" });
  const said = document.getElementById("said");
  let heard = 0;
  const end = follow({ brand: at.brand.id, ...at.filters }, (kind, mention) => {
    if (kind !== "mention") return;
    heard += 1;
    document.getElementById(`live-${mention.id}`)?.remove();
    const made = post(mention, at);
    made.id = `live-${mention.id}`;
    fresh.prepend(made);
    while (fresh.childElementCount > MOST_LIVE) fresh.lastChild.remove();
    said.textContent = t("live.heard", { n: number(heard) });
  });
  return { end, parts: [search(at, sort), exports(at), fresh, first.data.length ? list : postList([], at), more] };
}

function search(at, sort) {
  const pick = (name, label, options) => h("label", {}, h("span", {}, label), h("select", { name },
    h("option", { value: "" }, t("any")), options.map(([value, words]) => h("option", { value, selected: at.filters[name]?.[0] === value }, words))));
  const wrong = h("p", { class: "wrong", role: "alert" });
  return h("form", { class: "search", onsubmit: async (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    try {
      if (given.query) await ask("mentions", { query: given.query, limit: 1 });
      alter(given);
    } catch (problem) {
      fill(wrong, problem.message);
    }
  } }, h("label", { class: "wide" }, h("span", {}, t("filter.query")), h("input", { type: "search", name: "query", value: at.filters.query?.[0] ?? "", placeholder: "recall AND NOT rumour" })),
  pick("sentiment", t("filter.sentiment"), FELT.map((name) => [name, term("sentiment", name)])),
  pick("intent", t("filter.intent"), INTENTS.map((name) => [name, term("intent", name)])),
  pick("kind", t("filter.kind"), KINDS.map((name) => [name, term("kind", name)])),
  h("label", {}, h("span", {}, t("sort")), h("select", { name: "sort" }, ["new", "velocity", "reach"].map((name) => h("option", { value: name, selected: name === sort }, t(`sort.${name}`))))),
  h("button", {}, t("search")), wrong);
}

function exports(at) {
  const file = (format, more) => h("a", { href: address("export/mentions", scope(at, { format })), download: true, ...more }, format.toUpperCase());
  const wrong = h("span", { class: "wrong", role: "alert" });
  const parquet = file("parquet", { onclick: async (event) => {
    event.preventDefault();
    try {
      await ask("export/mentions", scope(at, { format: "parquet", limit: 1 }), { as: "blob" }); // the server may lack what writes it
      location.assign(event.target.href);
    } catch (problem) {
      fill(wrong, problem.message);
    }
  } });
  return h("p", { class: "exports" }, t("export"), " ", file("csv"), " ", file("ndjson"), " ", parquet, " ", wrong);
}
