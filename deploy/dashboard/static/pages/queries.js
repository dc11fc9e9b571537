// What a brand is found by: tried on what is stored before it is saved.

import { ask } from "/assets/api.js";
import { fill, h, panel } from "/assets/dom.js";
import { postList } from "/assets/figures.js";
import { number, t } from "/assets/words.js";

export async function page(at, session) {
  const result = h("div", { id: "preview", "aria-live": "polite" });
  const wrong = h("div", { role: "alert" });
  const query = h("textarea", { name: "query", rows: 4, required: true, spellcheck: "false" }, at.brand?.query ?? "");
  const name = h("input", { name: "name", value: at.brand?.name ?? "", required: true });
  const words = h("input", { name: "aliases", value: (at.brand?.aliases ?? []).join(", ") });
  const report = (problem) => {
    const read = problem.problem?.query;
    fill(wrong, h("p", { class: "wrong" }, read?.problem ?? problem.message),
      read ? h("pre", { class: "caret" }, `${query.value}\n${" ".repeat(Math.max(0, read.at))}^`) : null, read?.hint ? h("p", {}, read.hint) : null,
      problem.problem?.toml ? h("pre", {}, problem.problem.toml) : null);
  };
  const preview = async () => {
    fill(wrong);
    try {
      const found = await ask("queries/preview", {}, { method: "POST", body: { query: query.value, from: at.from, to: at.to, limit: 20 } });
      fill(result, h("p", {}, t(found.count_is_least ? "preview.least" : "preview.count", { n: number(found.count) })), postList(found.data, at));
    } catch (problem) {
      fill(result);
      report(problem);
    }
  };
  const save = async (event) => {
    event.preventDefault();
    fill(wrong);
    const id = at.brand && name.value === at.brand.name ? at.brand.id : name.value.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    const aliases = words.value.split(",").map((each) => each.trim()).filter(Boolean);
    try {
      await ask(`brands/${encodeURIComponent(id)}`, {}, { method: "PUT", body: { name: name.value, query: query.value, group: at.brand?.group, timezone: at.brand?.timezone, aliases } });
      document.getElementById("said").textContent = t("saved");
      fill(result, h("p", { class: "done" }, t("saved")));
    } catch (problem) {
      report(problem);
    }
  };
  return { parts: [
    h("p", {}, t("queries.what")),
    panel(t("query"), h("form", { class: "query", onsubmit: save },
      h("label", {}, h("span", {}, t("name")), name), h("label", {}, h("span", {}, t("filter.query")), query), h("label", {}, h("span", {}, t("aliases")), words),
      h("div", {}, h("button", { type: "button", id: "try", onclick: preview }, t("preview")), session.role === "editor" ? h("button", { id: "save" }, t("save")) : null)), wrong),
    result,
  ] };
}
