// Link objects of responses: their runtime expressions, evaluated against what was sent and received.

import { at, type Fields, plain, title } from "./json";
import type { API, Link, Operation, Parameter } from "./model";

/** An operation with the parameters for it. */
export interface Target {
  operation: Operation;
  /** By the keys of its parameters. */
  parameters: Fields;
  /** What the button for it says. */
  label: string;
}

export interface Exchange {
  operation: Operation;
  parameters: Fields;
  requestBody?: unknown;
  body: unknown;
  headers?: Headers;
}

/** The links of a response that lead to an operation, with all the values that its path needs. */
export function follow(api: API, links: Link[], exchange: Exchange): Target[] {
  return links.flatMap((link) => {
    const operation = api.operations.get(link.operationId);
    if (!operation) return [];
    const parameters = argumentsOf(link, operation, exchange);
    const complete = operation.parameters.every((parameter) => parameter.in !== "path" || parameters[parameter.key] !== undefined);
    return complete ? [{ operation, parameters, label: labelOf(link, operation) }] : [];
  });
}

/** The name of a link says what it leads to, unless it only repeats the name of the operation. */
function labelOf(link: Link, operation: Operation): string {
  return plain(link.name) === plain(operation.id) ? operation.summary : title(link.name);
}

export function argumentsOf(link: Link, operation: Operation, exchange: Exchange): Fields {
  const found: Fields = {};
  for (const [name, expression] of Object.entries(link.parameters)) {
    const parameter = parameterOf(operation, name);
    const value = evaluate(expression, exchange);
    if (parameter && value !== undefined && value !== null) found[parameter.key] = value;
  }
  return found;
}

/** A parameter by its name, or by its place and name (`path.id`). */
function parameterOf(operation: Operation, name: string): Parameter | undefined {
  const qualified = (parameter: Parameter) => `${parameter.in}.${parameter.name}` === name;
  return operation.parameters.find((parameter) => parameter.name === name) ?? operation.parameters.find(qualified);
}

function evaluate(expression: unknown, exchange: Exchange): unknown {
  if (typeof expression !== "string") return expression;
  if (!expression.startsWith("$")) return expression.replace(/\{(\$[^}]+)\}/g, (_, inner) => String(evaluate(inner, exchange) ?? ""));
  const [, source, rest] = /^\$(request|response)\.(.+)$/.exec(expression) ?? [];
  if (!rest) return expression === "$method" ? exchange.operation.method : undefined;
  const [place, name] = rest.startsWith("body") ? ["body", rest.slice("body#".length)] : [rest.slice(0, rest.indexOf(".")), rest.slice(rest.indexOf(".") + 1)];
  if (source === "response") return place === "body" ? at(exchange.body, name) : exchange.headers?.get(name) ?? undefined;
  if (place === "body") return at(exchange.requestBody, name);
  const parameter = exchange.operation.parameters.find((found) => found.in === place && found.name === name);
  return parameter && exchange.parameters[parameter.key];
}

/** For each property of an item: the operation that a link leads to with nothing but that property. */
export function references(api: API, operation: Operation | undefined): Map<string, (value: unknown) => Target> {
  const found = new Map<string, (value: unknown) => Target>();
  for (const link of operation?.answers.flatMap((answer) => answer.links) ?? []) {
    const target = api.operations.get(link.operationId);
    const [[name, expression] = [], ...others] = Object.entries(link.parameters);
    const property = typeof expression === "string" && /^\$response\.body#\/([^/]+)$/.exec(expression)?.[1];
    const parameter = target && name && parameterOf(target, name);
    if (!target || !parameter || !property || others.length || target.method !== "GET" || property === "id") continue;
    found.set(property, (value) => ({ operation: target, parameters: { [parameter.key]: value }, label: target.summary }));
  }
  return found;
}
