// Questions to the API of the server that these pages come from.

export class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** Ask, and return the answer, `as` "json" or "blob"; throws a Problem. Of `parameters`, lists are repeated, what is empty is left out. */
export async function ask(path, parameters = {}, { method = "GET", body, signal, as = "json" } = {}) {
  const answer = await fetch(address(path, parameters), {
    method, signal, credentials: "same-origin",
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({ title: answer.statusText })));
  return answer.status === 204 ? null : answer[as]();
}

export function address(path, parameters = {}) {
  return `/v1/${path}?${question(parameters)}`.replace(/\?$/, "");
}

export function question(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") search.append(name, each);
    }
  }
  return search.toString();
}

/** Follow what is new: `heard(kind, value)` for each mention and alert; returns what ends it. */
export function follow(parameters, heard) {
  const events = new EventSource(address("live", parameters));
  for (const kind of ["mention", "alert"]) events.addEventListener(kind, (event) => heard(kind, JSON.parse(event.data)));
  events.addEventListener("reset", () => heard("reset", null));
  return () => events.close();
}
