// Which fields of a sign-in form are asked for first, and which ones a problem asks for.

import { isObject, plain } from "../document/json";
import type { Operation } from "../document/model";
import { bodySchema } from "../document/roles";
import { isScalar, view } from "../document/schema";

/** The required fields; of a body without any, those of its first example. */
export function firstFields(operation: Operation): string[] {
  const { required, properties } = view(bodySchema(operation));
  if (required.size) return [...required];
  const example = operation.body?.contents.flatMap(({ examples }) => examples).find(isObject);
  return example ? Object.keys(example) : Object.keys(properties).filter((name) => isScalar(properties[name]));
}

/** Whether a field is one of those that a problem accepts: `totp_code` for `totp`. */
export function accepts(accepted: string[], field: string): boolean {
  return accepted.some((name) => plain(field).startsWith(plain(name)) || plain(name).startsWith(plain(field)));
}
