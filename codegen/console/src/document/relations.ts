// How operations belong together, read from their paths, parameters and schemas: lists, items, and what can be done with an item.

import { Fields, isObject, Node, plain, segments, singular, title } from "./json";
import type { Target } from "./links";
import { type API, type Operation, type Parameter, resultSchema } from "./model";
import { view } from "./schema";

export interface Listing {
  /** The property that has the items; undefined if the response is the list itself. */
  member?: string;
  item: Node;
}

export const pathParameters = (operation: Operation): Parameter[] => operation.parameters.filter((parameter) => parameter.in === "path");

const endsWithParameter = (path: string): boolean => path.endsWith("}");
const isList = (schema: Node): boolean => view(schema).types[0] === "array" && view(view(schema).items ?? {}).types[0] !== "array";
const ofObjects = (schema: Node): boolean => isList(schema) && ["object", undefined].includes(view(view(schema).items ?? {}).types[0]);

/** What a list operation lists: a response that is a list of objects, or has exactly one such list. */
export function listing(operation: Operation): Listing | undefined {
  const schema = operation.method === "GET" ? resultSchema(operation) : undefined;
  if (!schema) return undefined;
  if (ofObjects(schema)) return { item: view(schema).items };
  if (endsWithParameter(operation.path)) return undefined;
  const lists = Object.entries(view(schema).properties).filter(([, property]) => ofObjects(property));
  return lists.length === 1 ? { member: lists[0][0], item: view(lists[0][1]).items } : undefined;
}

export function itemsOf(operation: Operation, body: unknown): Fields[] {
  const found = listing(operation);
  const items = found?.member === undefined ? body : isObject(body) ? body[found.member] : undefined;
  return Array.isArray(items) ? items.filter(isObject) : [];
}

const OWN_NAMES = ["id", "uuid", "_id", "key", "slug", "name", "code"];

/** The property of an item that fills a path parameter: `id` for `user_id`, `slug` for `slug`. */
export function keyOf(item: Node | Fields, parameter: string): string | undefined {
  const names = Object.keys(item);
  const wanted = plain(parameter);
  return (
    names.find((name) => plain(name) === wanted) ??
    names.find((name) => wanted.length > plain(name).length && wanted.endsWith(plain(name))) ??
    OWN_NAMES.find((name) => names.includes(name)) ??
    names[0]
  );
}

/** The operation that returns one item of a list: `GET /users/{user_id}` of `GET /users`. */
export function detailOf(api: API, list: Operation): Operation | undefined {
  return [...api.operations.values()].find((operation) => operation.method === "GET" && below(operation.path, list.path) === 1 && endsWithParameter(operation.path));
}

/** How many segments a path has beyond another, if it begins with it. */
function below(path: string, base: string): number | undefined {
  return path === base || path.startsWith(`${base}/`) ? path.slice(base.length).split("/").length - 1 : undefined;
}

const GENERIC = /^(id|uuid|key|slug|name|code)$/;

/** What can be done with an item of a list: operations on its path, and those whose parameter is named after the list. */
export function itemActions(api: API, list: Operation, parameters: Fields, item: Fields): Target[] {
  const known = named(list, parameters);
  const last = list.path.split("/").filter((part) => part && !part.startsWith("{")).pop() ?? "";
  const own = [listing(list)?.member, last].filter(isName).map((name) => `${plain(singular(name))}id`);
  return [...api.operations.values()].flatMap((operation) => {
    const rest = operation.path.startsWith(`${list.path}/{`) ? segments(operation.path.slice(list.path.length))[0] : undefined;
    const filled: Fields = {};
    let ownsItem = false;
    for (const parameter of pathParameters(operation)) {
      const fromItem = rest === `{${parameter.name}}` || own.includes(plain(parameter.name));
      const key = fromItem ? keyOf(item, parameter.name) : undefined;
      const value = key === undefined ? known.get(plain(parameter.name)) : item[key];
      if (value === undefined || value === null) return [];
      ownsItem ||= fromItem;
      filled[parameter.key] = value;
    }
    return ownsItem && operation !== list ? [{ operation, parameters: filled, label: operation.summary }] : [];
  });
}

/** What can be done with what a GET returned: operations on its path and below it, and those with the same parameters. */
export function detailActions(api: API, detail: Operation, parameters: Fields): Target[] {
  const known = named(detail, parameters);
  const own = pathParameters(detail).at(-1);
  if (!own) return [];
  return [...api.operations.values()].flatMap((operation) => {
    const path = pathParameters(operation);
    const related = below(operation.path, detail.path) !== undefined || (!GENERIC.test(plain(own.name)) && path.some(({ name }) => plain(name) === plain(own.name)));
    if (!related || operation === detail) return [];
    const filled = path.map(({ key, name }) => [key, known.get(plain(name))] as const);
    return filled.every(([, value]) => value !== undefined) ? [{ operation, parameters: Object.fromEntries(filled), label: operation.summary }] : [];
  });
}

function named(operation: Operation, parameters: Fields): Map<string, unknown> {
  return new Map(pathParameters(operation).map(({ key, name }) => [plain(name), parameters[key]]));
}

function isName(name: string | undefined): name is string {
  return Boolean(name);
}

/** The GET that shows what an operation changes: of the same path, else of the nearest path above that ends with a parameter. */
export function sourceOf(api: API, operation: Operation): Operation | undefined {
  const gets = [...api.operations.values()].filter((other) => other.method === "GET" && !listing(other));
  const same = gets.find(({ path }) => path === operation.path);
  if (same || operation.method === "POST") return same;
  const above = gets.filter(({ path }) => endsWithParameter(path) && operation.path.startsWith(`${path}/`));
  return above.sort((one, other) => other.path.length - one.path.length)[0];
}

/** The list that an item belongs to: the longest list path above its own. */
export function listAbove(api: API, operation: Operation): Operation | undefined {
  const lists = [...api.operations.values()].filter((other) => listing(other) && operation.path.startsWith(`${other.path}/{`));
  return lists.sort((one, other) => other.path.length - one.path.length)[0];
}

/** The path parameters of one operation as those of another, or undefined if one is missing. */
export function translated(target: Operation, operation: Operation, parameters: Fields): Fields | undefined {
  const values = Object.fromEntries(pathParameters(operation).map(({ key, name }) => [name, parameters[key]]));
  const entries = pathParameters(target).map(({ key, name }) => [key, values[name]] as const);
  return entries.every(([, value]) => value !== undefined) ? Object.fromEntries(entries) : undefined;
}

/** What a list lists, in words. */
export function listName(list: Operation): string {
  const member = listing(list)?.member;
  const generic = member === undefined || /^(items|data|results|content|entries|values)$/i.test(member);
  if (generic) return list.summary;
  // `keys` of the tag `api-keys` are API keys.
  return title(plain(list.tag).endsWith(plain(member)) ? list.tag : member);
}

/** What the console does by itself: no button leads there, only the list of all operations. */
export const isInternal = ({ role }: Operation): boolean => ["sign-in", "refresh", "reauthentication", "passkey-challenge"].includes(role ?? "");

/** The operations of a tag that can be opened from the menu: those that need no value for their path. */
export function entrances(operations: Operation[]): Operation[] {
  return operations.filter((operation) => pathParameters(operation).length === 0 && !isInternal(operation));
}
