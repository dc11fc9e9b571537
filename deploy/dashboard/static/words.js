// The words of the pages in the language of whoever looks, and how that language writes numbers and times.

export const LANGUAGES = { en: "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文" };

let words = {};
let english = {};
export let language = "en";

/** Load the words: those that were chosen, else those of the browser, else English. */
export async function learn() {
  language = localStorage.getItem("language") ?? preferred();
  const load = async (name) => (await fetch(`/assets/lang/${name}.json`)).json();
  const spare = load("en");
  [english, words] = await Promise.all([spare, language === "en" ? spare : load(language)]);
  document.documentElement.lang = language;
}

function preferred() {
  for (const wish of navigator.languages ?? []) {
    if (/^zh\b.*(hant|tw|hk|mo)/i.test(wish)) return "zh-Hant";
    if (/^zh\b/i.test(wish)) return "zh-Hans";
    if (/^en\b/i.test(wish)) return "en";
  }
  return "en";
}

export function choose(name) {
  localStorage.setItem("language", name);
  location.reload();
}

/** The words of a key; `{name}` in them is replaced. A key without words is shown as it is. */
export function t(key, values = {}) {
  const found = words[key] ?? english[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The words for a value of the data, such as a sentiment, which may have none: then the value itself. */
export function term(group, value) {
  if (value === null || value === undefined) return t("unknown");
  const key = `${group}.${value}`;
  return words[key] ?? english[key] ?? String(value);
}

const formats = new Map();

// A format of this language; to make one takes longer than to write with it a hundred times.
function format(kind, options) {
  const key = JSON.stringify([kind.name, options]);
  if (!formats.has(key)) formats.set(key, new kind(language, options));
  return formats.get(key);
}

export function number(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return format(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value);
}

export function short(value) {
  if (value === null || value === undefined) return "–";
  return format(Intl.NumberFormat, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function percent(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return format(Intl.NumberFormat, { style: "percent", maximumFractionDigits: digits }).format(value);
}

/** The change against an earlier value, with its sign; null without one. */
export function change(now, before) {
  if (!before) return null;
  return format(Intl.NumberFormat, { style: "percent", signDisplay: "exceptZero", maximumFractionDigits: 0 }).format(now / before - 1);
}

export function moment(iso, zone = "UTC") {
  if (!iso) return "–";
  return format(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "short", timeZone: zone }).format(new Date(iso));
}

/** The name of a language or of a country. */
export function called(type, code) {
  if (!code || code === "und") return t("unknown");
  try {
    return format(Intl.DisplayNames, { type }).of(code) ?? code;
  } catch {
    return code;
  }
}
