// Where posts come from, and whether they still come.

import { ask } from "/assets/api.js";
import { bars } from "/assets/charts.js";
import { h, panel, table } from "/assets/dom.js";
import { posts, scope } from "/assets/place.js";
import { language, moment, number, t, term } from "/assets/words.js";

export async function page(at) {
  const [status, sources, silent, removed] = await Promise.all([
    ask("status"), ask("sources", scope(at)), ask("alerts", { brand: at.brand.id, limit: 100, language }), ask("exclusions/removed", { brand: at.brand.id, from: at.from, to: at.to }),
  ]);
  const rows = sources.data.map((each) => [h("a", { href: posts({ source: each.source }), "data-inside": true }, each.source), number(each.count), moment(each.last, at.zone)]);
  const fallen = silent.data.filter((alert) => alert.kind === "source_silent" && alert.status === "open");
  return { parts: [
    panel(t("health"), h("dl", { class: "facts" }, h("dt", {}, t("version")), h("dd", {}, status.version), h("dt", {}, t("store")), h("dd", {}, status.store),
      h("dt", {}, t("newest")), h("dd", {}, moment(status.last, at.zone))), fallen.map((alert) => h("p", { class: "wrong" }, `${term("alert", alert.kind)}: ${alert.summary}`))),
    panel(t("page.sources"), table(t("page.sources"), [t("filter.source"), t("mentions"), t("newest")], rows, [1]),
      sources.data.length ? bars(t("page.sources"), t("filter.source"), sources.data.map((each) => ({ label: each.source, value: each.count, address: posts({ source: each.source }) }))) : null),
    removed.data.length ? panel(t("removed"), table(t("removed"), [t("filter.reason"), t("mentions")],
      removed.data.map((row) => [h("a", { href: posts({ excluded: "only", reason: row.reason }), "data-inside": true }, row.reason), number(row.count)]), [1])) : null,
  ] };
}
