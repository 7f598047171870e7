// References within the document, and the reading of OpenAPI 3.0 as 3.1.

import { at, isObject, Node } from "./json";

let document: Node = {};

export function setDocument(value: Node): void {
  document = value;
}

/** A node, or what its `$ref` leads to. What stands beside the `$ref` is kept, as in a path item. */
export function resolve(node: Node): Node {
  const seen = new Set<Node>();
  while (isObject(node) && typeof node.$ref === "string" && !seen.has(node)) {
    seen.add(node);
    const { $ref, ...beside } = node;
    const target = at(document, decodeURIComponent($ref.replace(/^#/, "")));
    node = isObject(target) && Object.keys(beside).length ? { ...target, ...beside } : target;
  }
  return node;
}

const VALUES = new Set(["example", "examples", "default", "enum", "const", "value"]);

/** The document with `nullable` and boolean exclusive bounds in the words of JSON Schema 2020-12. */
export function upgraded(root: Node): Node {
  const old = String(root.openapi).startsWith("3.0");

  function walk(node: Node, key: string): Node {
    if (Array.isArray(node)) return node.map((item) => walk(item, ""));
    if (!isObject(node)) return node;
    const copy: Node = Object.fromEntries(Object.entries(node).map(([name, value]) => [
      name,
      VALUES.has(name) && key !== "properties" ? value : walk(value, name),
    ]));
    if (key === "properties") return copy;
    if (copy.nullable === true && typeof copy.type === "string") {
      copy.type = [copy.type, "null"];
      if (Array.isArray(copy.enum) && !copy.enum.includes(null)) copy.enum = [...copy.enum, null];
    }
    for (const [exclusive, bound] of old ? [["exclusiveMinimum", "minimum"], ["exclusiveMaximum", "maximum"]] : []) {
      if (copy[exclusive] === true) {
        copy[exclusive] = copy[bound];
        delete copy[bound];
      } else if (copy[exclusive] === false) {
        delete copy[exclusive];
      }
    }
    return copy;
  }

  return walk(root, "");
}
