// Elements. What posts say goes in as text only: nothing in these pages is ever made from a string of HTML.

/** Make an element. `attributes`: `on...` functions are listeners, true and false are attributes that are there or not. */
export function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...shown(children));
  return made;
}

/** Put other children into an element. */
export function fill(element, ...children) {
  element.replaceChildren(...shown(children));
  return element;
}

// What there is of the children, which may be lists, too.
function shown(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Return a link to the source of a post, None when its address is none that a browser should follow. */
export function outward(address, ...children) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return h("a", { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank" }, ...children);
}

/** A part of a page with a heading. */
export function panel(title, ...children) {
  return h("section", { class: "panel" }, h("h2", {}, title), ...children);
}

/** A table: `heads` are words, `rows` lists of words or elements; `numbers` says which columns are right-aligned. */
export function table(caption, heads, rows, numbers = []) {
  const side = (n) => (numbers.includes(n) ? "number" : null);
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, heads.map((head, n) => h("th", { scope: "col", class: side(n) }, head)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, n) => h("td", { class: side(n) }, cell ?? "–")))))));
}
