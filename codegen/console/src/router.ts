// The address: `#/operationId?name=value`, with parameters as the document names them.

import { signal } from "@preact/signals";
import { Fields } from "./document/json";
import type { Operation } from "./document/model";
import { fromText } from "./document/schema";

export interface Route {
  /** The operation, or one of the console's own screens; empty for the first screen. */
  name: string;
  query: URLSearchParams;
  /** Differs after each visit, also of the same address. */
  visit: number;
}

export const SCREENS = { signIn: "sign-in", tag: "tag" };

let visits = 0;

function current(): Route {
  const [name, query] = location.hash.replace(/^#\/?/, "").split("?");
  return { name: decodeURIComponent(name ?? ""), query: new URLSearchParams(query), visit: visits++ };
}

export const route = signal<Route>(current());
addEventListener("hashchange", () => {
  route.value = current();
});
// A link to the address that is open begins anew: a form is empty again.
addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a");
  if (link && link.href === location.href && link.hash) route.value = current();
});

export function address(name: string, values: Fields = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") query.set(key, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return `#/${encodeURIComponent(name)}${query.size ? `?${query}` : ""}`;
}

export function go(target: string): void {
  location.hash = target;
}

/** The parameters of an operation in the address, as values of their schemas. */
export function parametersOf(operation: Operation, query: URLSearchParams): Fields {
  const found: Fields = {};
  for (const { key, schema } of operation.parameters) {
    const text = query.get(key);
    if (text !== null) found[key] = fromText(text, schema);
  }
  return found;
}
