// Passkeys: a challenge from the service, answered by the browser, as the service takes it.

import { Fields, isObject, Node } from "../document/json";
import { bodySchema } from "../document/roles";
import { view } from "../document/schema";
import { call, roles } from "./client";

/** The property of an object that is a WebAuthn credential in JSON, or undefined. */
export function credentialProperty(schema: Node): string | undefined {
  return Object.entries(view(schema).properties).find(([, property]) => responseOf(property)?.clientDataJSON)?.[0];
}

function responseOf(credential: Node): Record<string, Node> | undefined {
  const response = view(credential).properties.response;
  return response && view(response).properties;
}

export const arePasskeysSupported = (): boolean =>
  roles.passkeyChallenge !== undefined && typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/**
 * Answer a challenge for an object with a credential, and return its properties: the credential, and what it shares with the challenge.
 *
 * Throws a Failure if there is no challenge, and a DOMException if the user cancels.
 */
export async function answer(schema: Node): Promise<Fields> {
  const property = credentialProperty(schema)!;
  const registration = responseOf(view(schema).properties[property])?.attestationObject !== undefined;
  const operation = roles.passkeyChallenge!;
  const purpose = Object.entries(view(bodySchema(operation)).properties).find(([, purposes]) => view(purposes).enum);
  const wanted = registration ? /regist|creat|attest/ : /authenti|get|assert|sign/;
  const body = purpose && { [purpose[0]]: view(purpose[1]).enum?.find((value) => wanted.test(String(value))) };
  const { body: challenge } = await call(operation, { parameters: {}, body, content: operation.body?.contents[0] });
  if (!isObject(challenge)) throw new TypeError("The challenge is not an object.");
  const options = Object.values(challenge).find((value) => isObject(value) && "challenge" in value) ?? challenge;
  const credential = registration
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as never) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as never) });
  const shared = Object.keys(view(schema).properties).filter((name) => name in challenge);
  return { ...Object.fromEntries(shared.map((name) => [name, challenge[name]])), [property]: (credential as PublicKeyCredential).toJSON() };
}
