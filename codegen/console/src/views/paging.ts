// The pages of a list: by the link to the next page, by number, or by offset, as the document has them.

import { Fields, isObject, plain } from "../document/json";
import { argumentsOf, type Exchange } from "../document/links";
import type { Operation, Parameter } from "../document/model";
import { itemsOf } from "../document/relations";
import { view } from "../document/schema";

const ROLES: [keyof Paging, RegExp][] = [
  ["page", /^(page|pagenumber|pageno|pageindex)$/],
  ["size", /^(pagesize|perpage|limit|size|pagelimit|maxresults|count|top)$/],
  ["cursor", /^(cursor|after|pagetoken|continuationtoken|startingafter|nexttoken)$/],
  ["offset", /^(offset|skip|start)$/],
];

export interface Paging {
  page?: Parameter;
  size?: Parameter;
  cursor?: Parameter;
  offset?: Parameter;
}

function pagingOf(operation: Operation): Paging {
  const found: Paging = {};
  for (const parameter of operation.parameters.filter((parameter) => parameter.in === "query")) {
    const role = ROLES.find(([name, pattern]) => !found[name] && pattern.test(plain(parameter.name)))?.[0];
    if (role) found[role] = parameter;
  }
  return found;
}

export const isPaging = (operation: Operation, parameter: Parameter): boolean => Object.values(pagingOf(operation)).includes(parameter);

export interface Pages {
  /** Items on all pages, if the response says so. */
  total?: number;
  page?: number;
  pages?: number;
  previous?: Fields;
  next?: Fields;
}

const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

const named = (values: Fields, pattern: RegExp) => number(Object.entries(values).find(([name]) => pattern.test(plain(name)))?.[1]);

/** The number of items on all pages, if the response says so. */
const totalOf = (values: Fields): number | undefined => named(values, /^(total|totalcount|totalitems|totalresults|count)$/);

export function pagesOf(exchange: Exchange): Pages {
  const { operation, parameters, body } = exchange;
  const { page, size, cursor, offset } = pagingOf(operation);
  const values = isObject(body) ? body : {};
  const total = totalOf(values);
  const count = itemsOf(operation, body).length;
  const each = number(parameters[size?.key ?? ""]) ?? named(values, /^(pagesize|perpage|limit)$/) ?? number(view(size?.schema ?? {}).default) ?? Math.max(count, 1);
  // A page number shows where one is; a cursor only leads on.
  if (page && parameters[cursor?.key ?? ""] === undefined && (total !== undefined || !cursor)) {
    const first = number(view(page.schema).node.minimum) === 0 ? 0 : 1;
    const current = number(parameters[page.key]) ?? first;
    const pages = total === undefined ? undefined : Math.max(Math.ceil(total / each), 1);
    const more = pages === undefined ? count >= each : current - first + 1 < pages;
    const to = (value: number) => ({ ...parameters, [page.key]: value });
    return { total, page: current - first + 1, pages, previous: current > first ? to(current - 1) : undefined, next: more ? to(current + 1) : undefined };
  }
  const link = operation.answers.flatMap((answer) => answer.links).find(({ operationId, parameters: given }) => operationId === operation.id && Object.values(given).some((value) => String(value).startsWith("$response")));
  if (link && cursor) {
    const next = argumentsOf(link, operation, exchange);
    return { total, next: next[cursor.key] === undefined ? undefined : next };
  }
  if (cursor) {
    const token = Object.entries(values).find(([name]) => /^next(cursor|token|pagetoken)?$/.test(plain(name)))?.[1];
    return { total, next: token ? { ...parameters, [cursor.key]: token } : undefined };
  }
  if (offset) {
    const start = number(parameters[offset.key]) ?? 0;
    const to = (value: number) => ({ ...parameters, [offset.key]: Math.max(value, 0) || undefined });
    const more = total === undefined ? count >= each : start + count < total;
    return { total, previous: start > 0 ? to(start - each) : undefined, next: more ? to(start + each) : undefined };
  }
  return { total };
}
