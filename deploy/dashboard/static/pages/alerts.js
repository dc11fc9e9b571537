// All alerts of the brand.

import { ask } from "/assets/api.js";
import { h, panel } from "/assets/dom.js";
import { alertRow } from "/assets/figures.js";
import { language, moment, t } from "/assets/words.js";

export async function page(at, session) {
  const found = await ask("alerts", { brand: at.brand.id, from: at.from, to: at.to, limit: 200, language });
  const open = found.data.filter((alert) => alert.status === "open");
  const closed = found.data.filter((alert) => alert.status !== "open");
  return { parts: [
    mute(at, session),
    panel(t("alerts.open"), open.length ? open.map((alert) => alertRow(alert, at)) : h("p", { class: "none" }, t("none.open"))),
    panel(t("alerts.closed"), closed.length ? closed.map((alert) => alertRow(alert, at)) : h("p", { class: "none" }, t("none"))),
  ] };
}

function mute(at, session) {
  if (session.role === "viewer") return null;
  const silence = (minutes) => async () => {
    await ask(`brands/${encodeURIComponent(at.brand.id)}/mute`, {}, { method: "PUT", body: { minutes } });
    dispatchEvent(new Event("brands"));
  };
  return h("p", { class: "mute" }, at.brand.muted_until ? t("muted", { until: moment(at.brand.muted_until, at.zone) }) : null, " ",
    at.brand.muted_until ? h("button", { type: "button", onclick: silence(0) }, t("unmute")) : h("button", { type: "button", onclick: silence(240) }, t("mute.hours", { n: 4 })));
}
