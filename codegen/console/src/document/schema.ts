// One view of a schema: references followed and `allOf` merged, for whoever draws a form or a value.

import { Fields, isObject, Node, title } from "./json";
import { resolve } from "./references";

export interface View {
  types: string[];
  nullable: boolean;
  /** The name of the component, or its title. */
  name: string;
  description: string;
  enum?: unknown[];
  format: string;
  properties: Record<string, Node>;
  required: Set<string>;
  items?: Node;
  /** The schema of properties that are not listed; undefined if there may be none. */
  additional?: Node;
  /** `oneOf` or `anyOf`, without null; empty if the schema is no choice. */
  alternatives: Node[];
  default?: unknown;
  examples: unknown[];
  readOnly: boolean;
  writeOnly: boolean;
  /** Every keyword, merged. */
  node: Node;
}

const views = new WeakMap<object, View>();

export function view(schema: Node): View {
  if (!isObject(schema)) return make({}, "");
  let found = views.get(schema);
  if (!found) {
    found = make(merged(schema), nameOf(schema));
    views.set(schema, found);
  }
  return found;
}

function nameOf(schema: Node): string {
  if (typeof schema.title === "string") return schema.title;
  if (typeof schema.$ref === "string") {
    const target = resolve(schema);
    return target?.title ?? title(decodeURIComponent(schema.$ref.split("/").pop()));
  }
  return "";
}

/** All keywords of a schema and of what it includes by `$ref` and `allOf`. */
function merged(schema: Node, depth = 0): Fields {
  if (!isObject(schema) || depth > 20) return {};
  const { $ref, allOf, ...own } = schema;
  const parts = [
    ...(typeof $ref === "string" ? [merged(resolve({ $ref }), depth + 1)] : []),
    ...(Array.isArray(allOf) ? allOf.map((part) => merged(part, depth + 1)) : []),
    own,
  ];
  return parts.reduce((all, part) => {
    const both = { ...all, ...part };
    if (all.required && part.required) both.required = [...(all.required as string[]), ...(part.required as string[])];
    if (isObject(all.properties) && isObject(part.properties)) both.properties = joined(all.properties, part.properties);
    return both;
  }, {});
}

function joined(one: Fields, other: Fields): Fields {
  const both: Fields = { ...one };
  for (const [name, schema] of Object.entries(other)) both[name] = name in one ? { allOf: [one[name], schema] } : schema;
  return both;
}

function make(node: Node, name: string): View {
  const declared: string[] = typeof node.type === "string" ? [node.type] : node.type ?? [];
  const choice: Node[] = (node.oneOf ?? node.anyOf ?? []).filter((option: Node) => resolve(option)?.type !== "null");
  const nullable = declared.includes("null") || node.enum?.includes(null) || choice.length < (node.oneOf ?? node.anyOf ?? []).length;
  // One alternative besides null is the schema itself.
  if (choice.length === 1 && !node.properties && declared.length === 0) {
    const { oneOf, anyOf, ...rest } = node;
    const only = view({ allOf: [choice[0], rest] });
    return { ...only, nullable: nullable || only.nullable, name: view(choice[0]).name || name };
  }
  return {
    types: inferred(node, declared.filter((type) => type !== "null")),
    nullable,
    name: node.title ?? name,
    description: node.description ?? "",
    enum: "const" in node ? [node.const] : node.enum?.filter((value: unknown) => value !== null),
    format: node.format ?? "",
    properties: isObject(node.properties) ? node.properties : {},
    required: new Set(node.required ?? []),
    items: node.items,
    additional: node.additionalProperties === false ? undefined : node.additionalProperties,
    alternatives: alternatives(node, choice),
    default: node.default,
    examples: "example" in node ? [node.example] : Array.isArray(node.examples) ? node.examples : [],
    readOnly: node.readOnly === true,
    writeOnly: node.writeOnly === true,
    node,
  };
}

function inferred(node: Node, declared: string[]): string[] {
  if (declared.length) return declared;
  if (node.properties || node.additionalProperties || node.patternProperties) return ["object"];
  if (node.items || node.prefixItems) return ["array"];
  const values: unknown[] = "const" in node ? [node.const] : node.enum ?? [];
  const found = new Set(values.filter((value) => value !== null).map((value) => (Array.isArray(value) ? "array" : typeof value)));
  if (found.size === 1) return [...found] as string[];
  return "pattern" in node || "maxLength" in node || node.format ? ["string"] : [];
}

/** What can be chosen. Alternatives that only require what the schema lists are no choice of a form. */
function alternatives(node: Node, choice: Node[]): Node[] {
  if (!node.properties) return choice;
  if (!choice.some((option) => Object.keys(view(option).properties).length)) return [];
  const { oneOf, anyOf, discriminator, ...base } = node;
  return choice.map((option) => ({ allOf: [base, option], title: view(option).name }));
}

export function isScalar(schema: Node): boolean {
  const { types, alternatives } = view(schema);
  return types.length > 0 ? !types.includes("object") && !types.includes("array") : alternatives.length > 0 && alternatives.every(isScalar);
}

/** Whether a value has been counted or measured: a number that is not an enum. */
export function isQuantity(schema: Node): boolean {
  const found = view(schema);
  return ["integer", "number"].includes(found.types[0]) && !found.enum;
}

/** Whether values add up to a total. */
export const isCount = (schema: Node): boolean => view(schema).types[0] === "integer";

const SECRET = /(^|_)(secret|password|passwd|token|recovery_codes?|private_key|api_key)s?$/;

/** Whether a value is shown once and then hidden: by its format, or by its name. */
export function isSecret(name: string, schema: Node): boolean {
  return view(schema).format === "password" || SECRET.test(name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase());
}

/** The value that a text stands for: the text itself, or what it is in JSON where the schema says so. */
export function fromText(text: string, schema: Node): unknown {
  const { types, alternatives } = view(schema);
  if (types.includes("string")) return text;
  if (alternatives.length) return alternatives.map((option) => fromText(text, option)).find((value) => typeof value !== "string") ?? text;
  if (types.length === 0) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
