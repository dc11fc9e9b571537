// The way from a page to what Kibana shows of the same brand and the same time.

const DASHBOARDS = {
  overview: "hearken-brand-overview", compare: "hearken-brand-overview", people: "hearken-brand-overview", virality: "hearken-virality-alerts",
  alerts: "hearken-virality-alerts", alert: "hearken-virality-alerts", topics: "hearken-sentiment-topics", sources: "hearken-pipeline-health",
};

/** The address in the Kibana at `home` of what a page shows; null where it shows nothing of the kind. */
export function kibana(home, at) {
  if (at.page === "mention") return discover(home, `id: ${quoted(at.key)}`, "now-10y", "now");
  if (!at.brand) return null;
  const brand = `brand: ${quoted(at.brand.id)}`;
  if (at.page === "mentions") return discover(home, brand, at.from, at.to);
  const dashboard = DASHBOARDS[at.page];
  const state = at.page === "sources" ? "" : `&_a=${encodeURIComponent(`(query:${question(brand)})`)}`;
  return dashboard ? `${home}/app/dashboards#/view/${dashboard}?_g=${times(at.from, at.to)}${state}` : null;
}

function discover(home, query, from, to) {
  const state = `(columns:!(id,source,facts.name,text,sentiment.label,engagement,url),index:hearken-mentions,query:${question(query)})`;
  return `${home}/app/discover#/?_g=${times(from, to)}&_a=${encodeURIComponent(state)}`;
}

// Kibana keeps its state in addresses as RISON: text stands between ', and ! goes before ' and !.
function rison(text) {
  return `'${text.replace(/[!']/g, "!$&")}'`;
}

function question(query) {
  return `(language:kuery,query:${rison(query)})`;
}

function times(from, to) {
  return encodeURIComponent(`(time:(from:${rison(from)},to:${rison(to)}))`);
}

function quoted(value) {
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}
