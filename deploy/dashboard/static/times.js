// Times of charts: the wall clock of the brand's zone.

const clocks = new Map(); // to make one takes longer than to read it a hundred times

function clock(zone) {
  if (!clocks.has(zone)) {
    clocks.set(zone, new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }));
  }
  return clocks.get(zone);
}

/** Return `2026-03-20T14:00` for a moment, on the wall clock of a zone. */
export function local(iso, zone) {
  const parts = clock(zone).formatToParts(new Date(iso));
  const found = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
}

/** Return the moment that lies so many milliseconds after another. */
export function after(iso, step) {
  return new Date(Date.parse(iso) + step).toISOString();
}

