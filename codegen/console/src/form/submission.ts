// What a form sends, and which of its fields a problem is about.

import { Fields, isObject, join } from "../document/json";
import type { Body, Content, Operation } from "../document/model";
import { isJSON } from "../document/model";
import { view } from "../document/schema";
import { add, faults, type Faults } from "../document/validate";
import { isHandled } from "../api/request";
import { message } from "../document/messages";

export const PARAMETERS = "parameters";
export const BODY = "body";

/** The media types that a form can write, the one to begin with first: a patch as such, then JSON, then forms, text and files. */
export function writable(body: Body | undefined): Content[] {
  const order = ["application/merge-patch+json", "application/json", "multipart/form-data", "application/x-www-form-urlencoded"];
  const rank = ({ media }: Content) => (order.includes(media) ? order.indexOf(media) : isJSON(media) ? 2 : order.length);
  const usable = (body?.contents ?? []).filter(({ media }) => !/json-patch|xml/.test(media));
  return usable.sort((one, other) => rank(one) - rank(other));
}

/** Of an update, what has changed; the properties that are always required stay. */
export function changes(operation: Operation, content: Content | undefined, before: unknown, after: unknown): unknown {
  if (operation.method !== "PATCH" || !isObject(before) || !isObject(after) || !content) return after;
  const { required } = view(content.schema);
  const differs = (name: string) => JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  return Object.fromEntries(Object.entries(after).filter(([name]) => required.has(name) || differs(name)));
}

/** What is wrong with the values, before anything is sent. */
export function check(operation: Operation, parameters: Fields, content: Content | undefined, body: unknown): Faults {
  const found: Faults = new Map();
  for (const parameter of operation.parameters.filter((parameter) => !isHandled(parameter))) {
    const value = parameters[parameter.key];
    const pointer = join(PARAMETERS, parameter.key);
    if (value !== undefined && value !== "") for (const [place, texts] of faults(value, parameter.schema, pointer)) found.set(place, texts);
    else if (parameter.required) add(found, pointer, message("required"));
  }
  if (operation.body?.required && body === undefined) add(found, BODY, message("required"));
  else if (content && body !== undefined) {
    for (const [place, texts] of faults(body, content.schema, BODY)) found.set(place, texts);
  }
  return found;
}

/** The faults that a problem lists, as Accord writes them, or under the names that are usual elsewhere. */
export function listed(operation: Operation, problem: Fields): Faults {
  const found: Faults = new Map();
  const items = [problem.errors, problem.violations, problem.fields, problem.invalid_params, problem.detail].find(Array.isArray) ?? [];
  for (const item of items.filter(isObject)) {
    const path = item.pointer ?? item.field ?? item.name ?? item.loc ?? item.path;
    const text = String(item.message ?? item.msg ?? item.reason ?? item.detail ?? item.code);
    add(found, placed(operation, item.in, path), text);
  }
  return found;
}

function placed(operation: Operation, place: unknown, path: unknown): string {
  const parts = Array.isArray(path) ? path.map(String) : [String(path ?? "")];
  const name = parts.at(-1);
  const parameter = operation.parameters.find((found) => found.name === name && (place === undefined || found.in === place));
  if (parameter && place !== "body") return join(PARAMETERS, parameter.key);
  if (Array.isArray(path)) return parts.filter((part) => part !== "body").reduce(join, BODY);
  if (parts[0].startsWith("/") || parts[0] === "") return BODY + parts[0];
  return parts[0].split(/[.[\]]+/).filter(Boolean).reduce(join, BODY);
}

/** A key of 128 random bits; also where the page is not served over TLS and `randomUUID` is not there. */
export function idempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
