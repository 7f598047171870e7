// The document as typed values: tags, operations, parameters, bodies and responses, with every reference resolved.

import { Node, title } from "./json";
import { resolve, setDocument, upgraded } from "./references";

export interface Parameter {
  /** Unique in its operation: the name, or `query.name` if another place has the name too. */
  key: string;
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required: boolean;
  deprecated: boolean;
  description: string;
  schema: Node;
  style: string;
  explode: boolean;
  /** The media type of a parameter that is described by `content`. */
  media?: string;
  example: unknown;
}

export interface Content {
  media: string;
  schema: Node;
  examples: unknown[];
  encoding: Node;
}

export interface Body {
  required: boolean;
  description: string;
  contents: Content[];
}

export interface Link {
  name: string;
  description: string;
  operationId: string;
  parameters: Record<string, unknown>;
}

export interface Answer {
  status: string;
  description: string;
  contents: Content[];
  links: Link[];
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  /** What precedes the path, relative to the address of the document. */
  prefix: string;
  tag: string;
  summary: string;
  description: string;
  deprecated: boolean;
  parameters: Parameter[];
  body?: Body;
  answers: Answer[];
  security: Record<string, string[]>[];
  /** `x-accord-console`: what the console uses the operation for, or how. */
  role?: string;
}

export interface Tag {
  name: string;
  title: string;
  description: string;
  operations: Operation[];
}

export interface API {
  title: string;
  version: string;
  description: string;
  tags: Tag[];
  operations: Map<string, Operation>;
  schemes: Map<string, Node>;
}

/** A text, which a document of several files may keep in a file of its own. */
const words = (node: Node): string => [resolve(node)].filter((text) => typeof text === "string").join();

const METHODS = ["get", "post", "put", "patch", "delete", "options", "head", "trace"];

export function read(document: Node): API {
  setDocument(upgraded(document));
  const root = resolve({ $ref: "#" });
  const operations = Object.entries<Node>(root.paths ?? {}).flatMap(([path, item]) => operationsOf(root, path, resolve(item)));
  const tags = new Map<string, Tag>();
  for (const tag of root.tags ?? []) {
    const shown = tag["x-displayName"] ?? tag.summary ?? title(tag.name);
    tags.set(tag.name, { name: tag.name, title: shown, description: words(tag.description), operations: [] });
  }
  for (const operation of operations) {
    if (!tags.has(operation.tag)) {
      tags.set(operation.tag, { name: operation.tag, title: title(operation.tag), description: "", operations: [] });
    }
    tags.get(operation.tag)!.operations.push(operation);
  }
  return {
    title: root.info?.title ?? "API",
    version: root.info?.version ?? "",
    description: words(root.info?.description),
    tags: [...tags.values()].filter((tag) => tag.operations.length),
    operations: new Map(operations.map((operation) => [operation.id, operation])),
    schemes: new Map(Object.entries<Node>(root.components?.securitySchemes ?? {}).map(([name, scheme]) => [name, resolve(scheme)])),
  };
}

function operationsOf(root: Node, path: string, item: Node): Operation[] {
  return METHODS.filter((method) => item[method]).map((method) => {
    const node = resolve(item[method]);
    const id = node.operationId ?? `${method} ${path}`;
    return {
      id,
      method: method.toUpperCase(),
      path,
      prefix: prefix((node.servers ?? item.servers ?? root.servers)?.[0]),
      tag: node.tags?.[0] ?? "default",
      summary: node.summary ?? title(node.operationId ?? `${method} ${path.replace(/[{}/]+/g, " ")}`),
      description: words(node.description),
      deprecated: Boolean(node.deprecated),
      parameters: parameters([...(item.parameters ?? []), ...(node.parameters ?? [])].map(resolve)),
      body: node.requestBody && body(resolve(node.requestBody)),
      answers: Object.entries<Node>(node.responses ?? {}).map(([status, answer]) => response(status, resolve(answer))),
      security: node.security ?? root.security ?? [],
      role: node["x-accord-console"],
    };
  });
}

/** The path of a server. The console calls only the host that serves it, as its Content-Security-Policy says. */
function prefix(server: Node): string {
  const url = (server?.url ?? "/").replace(/\{([^}]+)\}/g, (_: string, name: string) => server.variables?.[name]?.default ?? "");
  return new URL(url, "http://server/").pathname.replace(/\/$/, "");
}

function parameters(nodes: Node[]): Parameter[] {
  const unique = new Map(nodes.map((node) => [`${node.in} ${node.name}`, node]));
  const found = [...unique.values()].filter((node) => !(node.in === "header" && /^(accept|content-type|authorization)$/i.test(node.name)));
  return found.map((node) => {
    const [media, content] = Object.entries<Node>(node.content ?? {})[0] ?? [];
    const schema = node.schema ?? content?.schema ?? {};
    const style = node.style ?? (node.in === "query" || node.in === "cookie" ? "form" : "simple");
    return {
      key: found.some((other) => other !== node && other.name === node.name) ? `${node.in}.${node.name}` : node.name,
      name: node.name,
      in: node.in,
      required: Boolean(node.required) || node.in === "path",
      deprecated: Boolean(node.deprecated),
      description: words(node.description),
      schema,
      style,
      explode: node.explode ?? style === "form",
      media,
      example: examplesOf(node)[0] ?? examplesOf(content ?? {})[0],
    };
  });
}

function body(node: Node): Body {
  return { required: Boolean(node.required), description: words(node.description), contents: contents(node.content) };
}

function contents(node: Node): Content[] {
  return Object.entries<Node>(node ?? {}).map(([media, content]) => ({
    media,
    schema: content.schema ?? {},
    examples: examplesOf(content),
    encoding: content.encoding ?? {},
  }));
}

function examplesOf(node: Node): unknown[] {
  if ("example" in node) return [node.example];
  return Object.values<Node>(node.examples ?? {}).map((example) => resolve(example)?.value).filter((value) => value !== undefined);
}

function response(status: string, node: Node): Answer {
  const links = Object.entries<Node>(node.links ?? {}).map(([name, written]) => {
    const link = resolve(written);
    const operationId = link.operationId ?? resolve({ $ref: link.operationRef })?.operationId ?? "";
    return { name, description: words(link.description), operationId, parameters: link.parameters ?? {} };
  });
  return { status, description: words(node.description), contents: contents(node.content), links };
}

export function isJSON(media: string): boolean {
  return /^(application|text)\/([^;]+\+)?json\b/i.test(media);
}

/** The response of a status: its own, that of its class, or the default. */
export function answerOf(operation: Operation, status: number): Answer | undefined {
  const found = (name: string) => operation.answers.find((answer) => answer.status.toUpperCase() === name);
  return found(String(status)) ?? found(`${Math.floor(status / 100)}XX`) ?? found("DEFAULT");
}

/** The schema of the first successful JSON response. */
export function resultSchema(operation: Operation): Node | undefined {
  const success = operation.answers.filter((answer) => answer.status.startsWith("2") || answer.status === "default");
  return success.flatMap((answer) => answer.contents).find((content) => isJSON(content.media))?.schema;
}
