// Which page is shown, and what happens when somebody goes to another.

import { ask, Problem } from "/assets/api.js";
import { fill, h } from "/assets/dom.js";
import { entrance, head } from "/assets/head.js";
import { go, here, know } from "/assets/place.js";
import { learn, t } from "/assets/words.js";

const place = document.getElementById("main");
const learned = learn();
let session = null;
let turn = 0;
let end = null; // what the page that is shown wants done when it is left

async function show() {
  const mine = ++turn;
  end?.();
  end = null;
  const at = here();
  fill(document.getElementById("head"), head(session));
  place.setAttribute("aria-busy", "true");
  document.title = `${t(`page.${at.page}`)}${at.brand ? ` – ${at.brand.name}` : ""} – hearken`;
  try {
    if (!at.brand && at.page !== "queries") {
      fill(place, h("h1", {}, t("empty.title")), h("p", {}, t("empty.brands")));
    } else {
      const { page } = await import(`/assets/pages/${at.page}.js`);
      const shown = await page(at, session);
      if (mine !== turn) {
        shown.end?.();
        return; // somebody went on meanwhile
      }
      end = shown.end ?? null;
      fill(place, h("h1", {}, shown.title ?? t(`page.${at.page}`)), shown.parts);
    }
  } catch (error) {
    if (mine === turn) failed(error);
  }
  if (mine === turn) place.setAttribute("aria-busy", "false");
}

function failed(error) {
  if (error instanceof Problem && error.status === 401) {
    fill(place, entrance(start));
  } else {
    if (!(error instanceof Problem)) console.error(error);
    fill(place, h("h1", {}, t("failed")), h("p", { class: "wrong", role: "alert" }, error.message), h("button", { type: "button", onclick: show }, t("again")));
  }
}

async function start() {
  const asked = Promise.all([ask("session"), ask("brands")]);
  asked.catch(() => null); // it is looked at when there are words to say so
  await learned;
  document.getElementById("skip").textContent = t("skip");
  try {
    const [who, brands] = await asked;
    session = who;
    know(brands.data);
  } catch (error) {
    fill(document.getElementById("head"));
    failed(error);
    place.setAttribute("aria-busy", "false");
    return;
  }
  await show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-inside]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
  place.focus({ preventScroll: true });
  scrollTo(0, 0);
});
addEventListener("moved", show);
addEventListener("popstate", show);
addEventListener("brands", start); // a page saved one

await start();
