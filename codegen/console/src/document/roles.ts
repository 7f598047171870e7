// Which operations sign in, refresh and sign out: as `x-accord-console` declares, else as their schemas show.

import { isAccessToken, Node, plain } from "./json";
import { type API, isJSON, type Operation, resultSchema } from "./model";
import { view } from "./schema";

export interface Roles {
  signIn?: Operation;
  refresh?: Operation;
  signOut?: Operation;
  /** Proves again who the user is (RFC 9470). */
  reauthentication?: Operation;
  /** Returns WebAuthn options. */
  passkeyChallenge?: Operation;
  /** Returns the figures of the first screen: a GET without required parameters. */
  overview?: Operation;
}

export const bodySchema = (operation: Operation): Node => operation.body?.contents.find(({ media }) => isJSON(media))?.schema ?? operation.body?.contents[0]?.schema ?? {};

export function rolesOf(api: API): Roles {
  const operations = [...api.operations.values()];
  const declared = (role: string) => operations.find((operation) => operation.role === role);
  const issues = (operation: Operation) => operation.method === "POST" && Object.keys(view(resultSchema(operation) ?? {}).properties).some(isAccessToken);
  const has = (operation: Operation, pattern: RegExp) => Object.keys(view(bodySchema(operation)).properties).some((name) => pattern.test(plain(name)));
  return {
    signIn: declared("sign-in") ?? operations.find((operation) => issues(operation) && has(operation, /^(password|passphrase|pin)$/)),
    refresh: declared("refresh") ?? operations.find((operation) => issues(operation) && has(operation, /^refreshtoken$/)),
    signOut: declared("sign-out"),
    reauthentication: declared("reauthentication"),
    passkeyChallenge: declared("passkey-challenge"),
    overview: declared("overview"),
  };
}

export function isDestructive(operation: Operation): boolean {
  return operation.method === "DELETE" || operation.role === "destructive";
}
