// What stands above every page: where one can go, which brand and which time are looked at, language and appearance.

import { ask } from "/assets/api.js";
import { fill, h, outward } from "/assets/dom.js";
import { kibana } from "/assets/kibana.js";
import { alter, here, known, path, PERIODS } from "/assets/place.js";
import { choose, language, LANGUAGES, t } from "/assets/words.js";

const PAGES = ["overview", "mentions", "virality", "alerts", "people", "topics", "compare", "queries", "sources"];

export function head(session) {
  const at = here();
  const current = { mention: "mentions", alert: "alerts" }[at.page] ?? at.page;
  return [
    h("div", { class: "bar" },
      h("a", { class: "name", href: path("overview"), "data-inside": true }, "hearken"),
      h("nav", { "aria-label": t("pages") }, PAGES.map((page) =>
        h("a", { href: path(page), "data-inside": true, "aria-current": page === current ? "page" : null }, t(`page.${page}`)))),
      h("div", { class: "wishes" },
        session?.kibana ? outward(kibana(session.kibana, at) ?? session.kibana, t("kibana")) : null,
        choice(t("language"), Object.entries(LANGUAGES), language, choose),
        h("button", { type: "button", onclick: turn }, t("appearance")),
        session?.signed_in ? h("button", { type: "button", onclick: leave }, t("leave", { name: session.name })) : null)),
    h("div", { class: "bar scope" },
      choice(t("brand"), known().map((brand) => [brand.id, brand.name]), at.brand?.id, (brand) => alter({ brand })),
      h("div", { class: "choices", role: "group", "aria-label": t("period") }, Object.keys(PERIODS).map((period) =>
        h("button", { type: "button", "aria-pressed": String(!at.search.has("from") && at.period === period), onclick: () => alter({ period, from: null, to: null }) }, t(`period.${period}`)))),
      dates(at), kept(at)),
  ];
}

function choice(label, options, chosen, change) {
  return h("label", {}, h("span", {}, label),
    h("select", { onchange: (event) => change(event.target.value) }, options.map(([value, words]) => h("option", { value, selected: value === chosen }, words))));
}

function dates(at) {
  const day = (iso) => iso.slice(0, 10);
  const field = (name, value, label) => h("label", {}, h("span", {}, label), h("input", { type: "date", name, value, required: true }));
  return h("form", { class: "dates", onsubmit: (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const after = new Date(Date.parse(`${given.get("to")}T00:00:00Z`) + 86_400_000).toISOString();
    alter({ from: `${given.get("from")}T00:00:00Z`, to: after, period: null });
  } }, field("from", day(at.from), t("from")), field("to", day(new Date(Date.parse(at.to) - 1).toISOString()), t("to")), h("button", {}, t("show")));
}

// The filters that hold, each with a button that ends it and one that turns it into its negative twin.
function kept(at) {
  const rows = Object.entries(at.filters).flatMap(([name, values]) => values.map((value) => [name, values, value]));
  if (!rows.length) return null;
  return h("ul", { class: "filters", "aria-label": t("filters") }, rows.map(([name, values, value]) => {
    const plain = name.replace(/^not_/, "");
    const words = `${name === plain ? "" : `${t("not")} `}${t(`filter.${plain}`)}: ${value}`;
    const rest = values.filter((each) => each !== value);
    const twin = name === plain ? `not_${name}` : plain;
    const turned = ["excluded", "reason"].includes(plain) ? null
      : h("button", { type: "button", title: t("filter.turn"), "aria-label": `${t("filter.turn")}: ${words}`, onclick: () => alter({ [name]: rest, [twin]: [...(at.filters[twin] ?? []), value] }) }, "≠");
    return h("li", {}, words, turned, h("button", { type: "button", title: t("filter.end"), "aria-label": `${t("filter.end")}: ${words}`, onclick: () => alter({ [name]: rest }) }, "×"));
  }));
}

function turn() {
  const root = document.documentElement;
  const dark = root.dataset.appearance ? root.dataset.appearance === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.appearance = dark ? "light" : "dark";
  localStorage.setItem("appearance", root.dataset.appearance);
  dispatchEvent(new Event("appearance"));
}

async function leave() {
  await ask("session", {}, { method: "DELETE" });
  location.reload();
}

/** The form for a token, which calls `entered` when the server takes it. */
export function entrance(entered) {
  const said = h("p", { class: "wrong", role: "alert" });
  return h("section", { class: "panel entrance" }, h("h1", {}, t("enter.title")), h("p", {}, t("enter.why")),
    h("form", { onsubmit: async (event) => {
      event.preventDefault();
      try {
        await ask("session", {}, { method: "POST", body: { token: new FormData(event.target).get("token") } });
        entered();
      } catch (problem) {
        fill(said, problem.message);
      }
    } }, h("label", {}, h("span", {}, t("enter.token")), h("input", { type: "password", name: "token", required: true, autocomplete: "current-password" })),
    h("button", {}, t("enter"))), said);
}
