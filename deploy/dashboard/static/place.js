// Where somebody is: the page, the brand, the period and the filters, all of it in the address, so that any view can be
// sent to somebody else, and the browser's own "back" works.

import { question } from "/assets/api.js";

export const PERIODS = { day: 1, week: 7, month: 28, all: null };
const DAY_MS = 86_400_000;
const FILTERS = ["query", "sentiment", "language", "country", "source", "kind", "size", "author", "hashtag", "entity", "link", "site", "intent", "emotion", "excluded", "reason"];

let brands = [];
let liveliest; // the brand that was spoken of last stands first

export function know(found) {
  brands = found;
  [liveliest] = [...brands].sort((a, b) => (b.last ?? "").localeCompare(a.last ?? ""));
}

export function known() {
  return brands;
}

export function brandOf(id) {
  return brands.find((each) => each.id === id);
}

/** Read the address: page, key, brand, from, to, filters with their negative twins. */
export function here() {
  const search = new URLSearchParams(location.search);
  const [page, key] = location.pathname.slice(1).split("/");
  const brand = brandOf(search.get("brand")) ?? liveliest;
  const filters = {};
  for (const name of FILTERS) {
    for (const each of [name, `not_${name}`]) if (search.has(each)) filters[each] = search.getAll(each);
  }
  const period = search.get("period") ?? "month";
  return { page: page || "overview", key: key ? decodeURIComponent(key) : null, brand, zone: brand?.timezone ?? "UTC", period, filters, search, ...between(search, brand, period) };
}

// A period ends with the newest mention when that is long ago: a recording is looked at as on its last day.
function between(search, brand, period) {
  if (search.has("from") && search.has("to")) return { from: search.get("from"), to: search.get("to") };
  const newest = brand?.last ? Date.parse(brand.last) + 1000 : Date.now();
  const end = Date.now() - newest > DAY_MS ? newest : Date.now();
  const days = PERIODS[period] ?? null;
  const first = brand?.first ? Date.parse(brand.first) : end - 28 * DAY_MS;
  return { from: new Date(days === null ? first : end - days * DAY_MS).toISOString(), to: new Date(end).toISOString() };
}

/** The parameters of a question about this brand, this time and these filters. */
export function scope(at, more = {}) {
  return { brand: at.brand?.id, from: at.from, to: at.to, ...at.filters, ...more };
}

/** The period before, as long as this one. */
export function earlier(at) {
  const length = Date.parse(at.to) - Date.parse(at.from);
  return { from: new Date(Date.parse(at.from) - length).toISOString(), to: at.from };
}

/** An interval that gives a chart some sixty to two hundred points. */
export function interval(at) {
  const hours = (Date.parse(at.to) - Date.parse(at.from)) / 3_600_000;
  if (hours <= 12) return "5m";
  if (hours <= 48) return "15m";
  if (hours <= 24 * 8) return "1h";
  if (hours <= 24 * 40) return "6h";
  return hours <= 24 * 400 ? "1d" : "1w";
}

/** An interval of four times as long: for shares of few mentions. */
export function coarse(at) {
  return { "5m": "15m", "15m": "1h", "1h": "6h", "6h": "1d", "1d": "1w", "1w": "4w" }[interval(at)];
}

/** The address of a page that keeps the brand and the period, with other parameters; filters are left behind. */
export function path(page, key, more = {}) {
  const at = here();
  const kept = at.search.has("from") ? { from: at.from, to: at.to } : { period: at.search.get("period") };
  const asked = question({ brand: at.search.get("brand"), ...kept, ...more });
  const name = page === "overview" ? "/" : `/${page}${key ? `/${encodeURIComponent(key)}` : ""}`;
  return asked ? `${name}?${asked}` : name;
}

/** The address of the posts behind something. */
export function posts(more = {}) {
  return path("mentions", null, more);
}

/** Go to an address of these pages. */
export function go(target) {
  history.pushState(null, "", target);
  dispatchEvent(new Event("moved"));
}

/** Stay on the page with some parameters of the address changed; null takes one away. */
export function alter(changes) {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    search.delete(name);
    for (const each of Array.isArray(value) ? value : [value]) if (each !== null && each !== "") search.append(name, each);
  }
  const asked = search.toString();
  go(asked ? `${location.pathname}?${asked}` : location.pathname);
}
