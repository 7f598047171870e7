// A request as the document describes it: parameters in their styles, and the body in its media type.

import { Fields, isObject } from "../document/json";
import { type Content, isJSON, type Operation, type Parameter } from "../document/model";

export interface Input {
  /** By the keys of the parameters. */
  parameters: Fields;
  body?: unknown;
  content?: Content;
}

/** Parameters that the console handles itself, so that no form asks for them. */
export const isHandled = (parameter: Parameter): boolean =>
  parameter.in === "header" && /^(if-match|if-none-match|idempotency-key)$/i.test(parameter.name);

export function header(operation: Operation, name: string): Parameter | undefined {
  return operation.parameters.find((parameter) => parameter.in === "header" && parameter.name.toLowerCase() === name);
}

export interface Written {
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body?: BodyInit;
}

export function write(operation: Operation, input: Input): Written {
  const query = new URLSearchParams();
  const headers = new Headers();
  let path = operation.prefix + operation.path;
  for (const parameter of operation.parameters) {
    const value = input.parameters[parameter.key];
    if (value === undefined || value === null || value === "") continue;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, () => inPath(parameter, value));
    else if (parameter.in === "query") inQuery(parameter, value).forEach(([name, text]) => query.append(name, text));
    else if (parameter.in === "header") headers.set(parameter.name, parameter.media ? JSON.stringify(value) : simple(value, parameter.explode));
    else document.cookie = `${parameter.name}=${encodeURIComponent(text(value))}; path=/; SameSite=Strict`;
  }
  return { path, query, headers, body: writeBody(input, headers) };
}

const text = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
const flat = (value: Fields): string[] => Object.entries(value).flatMap(([name, member]) => [name, text(member)]);
const pairs = (value: Fields): string[] => Object.entries(value).map(([name, member]) => `${name}=${text(member)}`);

function simple(value: unknown, explode: boolean): string {
  if (Array.isArray(value)) return value.map(text).join(",");
  if (isObject(value)) return (explode ? pairs(value) : flat(value)).join(",");
  return text(value);
}

function inPath({ name, style, explode, media }: Parameter, value: unknown): string {
  if (media) return encodeURIComponent(JSON.stringify(value));
  const encode = (part: unknown) => encodeURIComponent(text(part));
  const list = Array.isArray(value) ? value.map(encode) : isObject(value) ? (explode ? Object.entries(value).map(([key, member]) => `${encode(key)}=${encode(member)}`) : flat(value).map(encode)) : [encode(value)];
  if (style === "label") return `.${list.join(explode ? "." : ",")}`;
  if (style !== "matrix") return list.join(",");
  if (!explode) return `;${name}=${list.join(",")}`;
  return list.map((part) => (isObject(value) ? `;${part}` : `;${name}=${part}`)).join("");
}

const SEPARATORS: Record<string, string> = { form: ",", spaceDelimited: " ", pipeDelimited: "|" };

function inQuery({ name, style, explode, media }: Parameter, value: unknown): [string, string][] {
  if (media) return [[name, JSON.stringify(value)]];
  if (isObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    if (style === "deepObject") return members.flatMap(([key, member]) => [member].flat().map((one): [string, string] => [`${name}[${key}]`, text(one)]));
    if (explode) return members.map(([key, member]) => [key, text(member)]);
    return [[name, flat(value).join(SEPARATORS[style] ?? ",")]];
  }
  if (!Array.isArray(value)) return [[name, text(value)]];
  if (explode) return value.map((item) => [name, text(item)]);
  return value.length ? [[name, value.map(text).join(SEPARATORS[style] ?? ",")]] : [];
}

function writeBody({ body, content }: Input, headers: Headers): BodyInit | undefined {
  if (!content || body === undefined) return undefined;
  const { media } = content;
  if (media === "multipart/form-data") return form(body, content, new FormData()) as FormData; // the browser adds the boundary
  headers.set("Content-Type", media.includes("*") ? (body instanceof Blob && body.type) || "application/octet-stream" : media);
  if (isJSON(media)) return JSON.stringify(body);
  if (media === "application/x-www-form-urlencoded") return form(body, content, new URLSearchParams()) as URLSearchParams;
  return body instanceof Blob ? body : text(body);
}

function form(body: unknown, content: Content, target: FormData | URLSearchParams): FormData | URLSearchParams {
  for (const [name, value] of Object.entries(isObject(body) ? body : {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined || item === null) continue;
      const json = isObject(item) || isJSON(content.encoding[name]?.contentType ?? "");
      if (target instanceof URLSearchParams) target.append(name, text(item));
      else if (item instanceof Blob) target.append(name, item);
      else if (json) target.append(name, new Blob([JSON.stringify(item)], { type: content.encoding[name]?.contentType ?? "application/json" }));
      else target.append(name, text(item));
    }
  }
  return target;
}
