// JSON values, JSON Pointers and names, as every module of the console reads them.

/** A part of the document, of any shape: the server has validated it. */
export type Node = any;
export type Fields = Record<string, unknown>;

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Values by a key, in the order in which the keys are first found. */
export function grouped<Key, Value>(values: Value[], keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>(values.map((value) => [keyOf(value), []]));
  for (const value of values) groups.get(keyOf(value))!.push(value);
  return groups;
}

export function segments(pointer: string): string[] {
  return pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function join(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The value at a JSON Pointer, or undefined. */
export function at(root: unknown, pointer: string): unknown {
  return segments(pointer).reduce<unknown>((value, name) => (value as Fields | null | undefined)?.[name], root);
}

/** A name without its spelling: `userId`, `user-id` and `user_id` are the same. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** A name as people write it: `created_at` and `createdAt` are "Created at", `is_active` is "Active". */
export function title(name: string): string {
  if (name === "q") return "Search";
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_.-]+/g, " ").trim().replace(/^is (?=.)/i, "");
  const text = words.replace(/\b(id|url|uri|api|totp|ip)\b/gi, (word) => word.toUpperCase()).replace(/\bAPIs?\b/g, "API");
  return text.charAt(0).toUpperCase() + (/[a-z]/.test(text) ? lowerWords(text.slice(1)) : text.slice(1));
}

function lowerWords(text: string): string {
  return text.replace(/\b[A-Z][a-z]+/g, (word) => word.toLowerCase());
}

/** Whether a property is an access token, by its name. */
export const isAccessToken = (name: string): boolean => /^(access_?token|token|id_?token|jwt)$/i.test(name);

export const isRefreshToken = (name: string): boolean => plain(name) === "refreshtoken";

/** The first sentence or paragraph of a description. */
export function opening(text: string): string {
  return text.split(/\n\s*\n/)[0].replace(/\s+/g, " ").trim();
}

export function singular(name: string): string {
  return name.replace(/ies$/i, "y").replace(/(ss|x|ch|sh)es$/i, "$1").replace(/([^s])s$/i, "$1");
}
