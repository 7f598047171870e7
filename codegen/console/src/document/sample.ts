// Values to start a form with, and an example of what the schema allows.

import type { Fields, Node } from "./json";
import { type View, view } from "./schema";
import { faults } from "./validate";

/** The value of an empty form: constants, defaults, and the objects that are required. */
export function initial(schema: Node, required: boolean): unknown {
  const found = view(schema);
  if (found.default !== undefined && found.default !== null) return found.default;
  if (!required) return undefined;
  if (found.enum?.length === 1) return found.enum[0];
  if (found.alternatives.length) return undefined;
  if (found.types[0] === "object") return initialObject(found);
  if (found.types[0] === "array") return [];
  return undefined;
}

export function initialObject(found: View): Fields {
  const entries = Object.entries(found.properties).filter(([, schema]) => !view(schema).readOnly);
  const values = entries.map(([name, schema]) => [name, initial(schema, found.required.has(name))] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

const FORMATS: Record<string, string> = {
  date: "2026-02-06",
  "date-time": "2026-02-06T10:30:00Z",
  time: "10:30:00Z",
  duration: "P3D",
  email: "grace@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.7",
  ipv6: "2001:db8::7",
  uri: "https://example.com/",
  url: "https://example.com/",
  "uri-reference": "/example",
  uuid: "8e03978e-40d5-43e8-bc93-6894a57f9324",
};

/** The first of the written examples that the schema allows, else one that is made from the schema. */
export function example(schema: Node, written: unknown[]): unknown {
  return written.find((value) => value !== undefined && faults(value, schema).size === 0) ?? sample(schema);
}

/** An example from the document, or one that is made of its bounds. Undefined if only a pattern says what is allowed. */
export function sample(schema: Node, depth = 0): unknown {
  const found = view(schema);
  if (found.examples.length) return found.examples[0];
  if (found.default !== undefined && found.default !== null) return found.default;
  if (found.enum?.length) return found.enum[0];
  if (found.alternatives.length) return depth > 5 ? undefined : sample(found.alternatives[0], depth + 1);
  const { node } = found;
  switch (found.types[0]) {
    case "object": {
      const entries = Object.entries(found.properties).filter(([name, inner]) => !view(inner).readOnly && (depth < 3 || found.required.has(name)));
      const values = entries.map(([name, inner]) => [name, depth > 5 ? undefined : sample(inner, depth + 1)] as const);
      return Object.fromEntries(values.filter(([, value]) => value !== undefined));
    }
    case "array": {
      if (depth > 5 || !found.items) return [];
      const item = sample(found.items, depth + 1);
      return item === undefined ? [] : Array.from({ length: Math.max(node.minItems ?? 1, 1) }, () => item);
    }
    case "boolean":
      return true;
    case "integer":
    case "number":
      return number(node, found.types[0] === "integer");
    case "string":
      return text(found);
    default:
      return undefined;
  }
}

function number(node: Node, integer: boolean): number {
  const step = node.multipleOf ?? 1;
  const least = node.minimum ?? (node.exclusiveMinimum !== undefined ? node.exclusiveMinimum + (integer ? 1 : step) : undefined);
  if (least !== undefined) return Math.ceil(least / step) * step;
  return Math.min(step, node.maximum ?? (node.exclusiveMaximum ?? Infinity) - 1);
}

function text(found: View): string | undefined {
  const known = FORMATS[found.format];
  if (known !== undefined) return known;
  if (found.node.pattern !== undefined) return undefined;
  const example = "example";
  return example.padEnd(found.node.minLength ?? 0, "x").slice(0, found.node.maxLength ?? 200);
}
