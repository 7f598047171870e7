// What is wrong with a value, by JSON Pointer: the document's own schemas, evaluated by a JSON Schema validator.

import { type OutputUnit, validate } from "@cfworker/json-schema";
import { at, grouped, isObject, join, Node, segments } from "./json";
import { message } from "./messages";
import { resolve } from "./references";
import { view } from "./schema";

/** Messages by the pointer of the value that they are about. */
export type Faults = Map<string, string[]>;

// References are looked up in the document when they are met.
const lookup = new Proxy({}, { get: (_, reference) => (typeof reference === "string" ? resolve({ $ref: reference }) : undefined) });
const WRAPPERS = new Set(["$ref", "allOf", "properties", "items", "prefixItems", "if", "dependentSchemas", "additionalProperties"]);

export function faults(value: unknown, schema: Node, base = ""): Faults {
  const found: Faults = new Map();
  if (!isObject(schema)) return found;
  for (const unit of leaves(errorsOf(value, schema))) {
    const pointer = decodeURIComponent(unit.instanceLocation.slice(1));
    const keyword = unit.keyword === "false" ? "additionalProperties" : unit.keyword;
    const bound = keywordValue(schema, unit.keywordLocation);
    if (keyword === "required" && Array.isArray(bound)) {
      const holder = at(value, pointer) as object;
      const missing = bound.filter((name) => !(name in holder) && !readOnly(schema, unit.keywordLocation, name));
      for (const name of missing) add(found, base + join(pointer, name), message("required"));
    } else if (keyword === "dependentRequired") {
      add(found, base + dependent(value, pointer, bound), message("required"));
    } else {
      add(found, base + pointer, message(keyword, bound));
    }
  }
  // Of several faults of one value, the pattern says least.
  for (const [pointer, texts] of found) if (texts.length > 1) found.set(pointer, texts.filter((text) => text !== message("pattern")));
  return found;
}

function errorsOf(value: unknown, schema: Node): OutputUnit[] {
  try {
    return validate(plainFiles(value), schema, "2020-12", lookup as never, false).errors;
  } catch (error) {
    // A pattern that this browser cannot read, or a reference that leads nowhere: the server decides alone.
    console.warn(error);
    return [];
  }
}

export function add(found: Faults, pointer: string, text: string): void {
  const texts = found.get(pointer) ?? [];
  if (!texts.includes(text)) found.set(pointer, [...texts, text]);
}

/** A value for the validator: files are text of any kind. */
function plainFiles(value: unknown): unknown {
  if (value instanceof Blob) return "";
  if (Array.isArray(value)) return value.map(plainFiles);
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => [name, plainFiles(member)]));
}

/** The faults that have no cause below them; of the alternatives of a choice, those of the one that is closest. */
function leaves(errors: OutputUnit[]): OutputUnit[] {
  const choices = errors.filter((unit) => unit.keyword === "oneOf" || unit.keyword === "anyOf");
  const within = (unit: OutputUnit, place: string) => unit.keywordLocation.startsWith(`${place}/`);
  return errors.filter((unit) => {
    const wrapper = WRAPPERS.has(unit.keyword) && errors.some((other) => other !== unit && within(other, unit.keywordLocation));
    if (wrapper) return false;
    return choices.every((choice) => {
      const closest = closestBranch(errors, choice);
      if (unit === choice) return closest === undefined;
      if (!within(unit, choice.keywordLocation)) return true;
      return closest !== undefined && within(unit, `${choice.keywordLocation}/${closest}`);
    });
  });
}

function closestBranch(errors: OutputUnit[], choice: OutputUnit): string | undefined {
  const inside = errors.filter((unit) => unit.keywordLocation.startsWith(`${choice.keywordLocation}/`) && !WRAPPERS.has(unit.keyword));
  const branches = grouped(inside, (unit) => unit.keywordLocation.slice(choice.keywordLocation.length + 1).split("/")[0]);
  const wrong = (units: OutputUnit[]) => units.some((unit) => unit.instanceLocation === choice.instanceLocation && unit.keyword === "type");
  const possible = [...branches].filter(([, units]) => !wrong(units)).sort(([, one], [, other]) => one.length - other.length);
  return possible[0]?.[0];
}

/** The value of the keyword at a place of evaluation, through the references on the way. */
function keywordValue(schema: Node, location: string): unknown {
  return segments(decodeURIComponent(location)).reduce<Node>((node, name) => {
    return name === "$ref" ? resolve({ $ref: node?.$ref }) : node?.[name];
  }, schema);
}

function readOnly(schema: Node, location: string, name: string): boolean {
  const owner = keywordValue(schema, location.replace(/\/required$/, ""));
  return view(view(owner).properties[name] ?? {}).readOnly;
}

function dependent(value: unknown, pointer: string, bound: unknown): string {
  const holder = at(value, pointer) as Node;
  const names = Object.entries<Node>(bound ?? {}).filter(([name]) => name in holder).flatMap(([, needed]) => needed);
  const missing = names.find((name) => !(name in holder));
  return missing === undefined ? pointer : join(pointer, missing);
}
