// The message of each failed keyword with its bound, worded as the server words it.

import { isObject } from "./json";

const TYPES: Record<string, string> = {
  array: "a list",
  boolean: "true or false",
  integer: "an integer",
  null: "empty",
  number: "a number",
  object: "an object",
  string: "text",
};
const FORMATS: Record<string, string> = {
  date: "a date",
  "date-time": "a date and time",
  email: "a valid e-mail address",
  hostname: "a valid host name",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  uri: "a URI",
  uuid: "a UUID",
};
const many = (count: unknown, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"}`;

const MESSAGES: Record<string, (bound: unknown) => string> = {
  const: (bound) => `must be ${bound}`,
  enum: (bound) => (Array.isArray(bound) && bound.length <= 10 ? `must be one of: ${bound.join(", ")}` : "must be one of the allowed values"),
  exclusiveMaximum: (bound) => `must be less than ${bound}`,
  exclusiveMinimum: (bound) => `must be more than ${bound}`,
  format: (bound) => `must be ${FORMATS[String(bound)] ?? "in the required format"}`,
  maxItems: (bound) => `must have at most ${many(bound, "item")}`,
  maxLength: (bound) => `must be at most ${many(bound, "character")} long`,
  maxProperties: (bound) => `must have at most ${many(bound, "field")}`,
  maximum: (bound) => `must be at most ${bound}`,
  minItems: (bound) => `must have at least ${many(bound, "item")}`,
  minLength: (bound) => (bound === 1 ? "is required" : `must be at least ${many(bound, "character")} long`),
  minProperties: (bound) => (bound === 1 ? "needs at least one change" : `must have at least ${many(bound, "field")}`),
  minimum: (bound) => `must be at least ${bound}`,
  multipleOf: (bound) => `must be a multiple of ${bound}`,
  pattern: () => "is not in the required format",
  required: () => "is required",
  type: (bound) => `must be ${[bound].flat().map((type) => TYPES[String(type)]).join(" or ")}`,
  uniqueItems: () => "must not contain the same item twice",
  additionalProperties: () => "is not a known field",
  unevaluatedProperties: () => "is not a known field",
  oneOf: () => "must match exactly one of the alternatives",
  anyOf: () => "must match one of the alternatives",
};

export function message(keyword: string, bound?: unknown): string {
  return MESSAGES[keyword]?.(isObject(bound) ? undefined : bound) ?? "is not allowed";
}
