// Calls an operation: with credentials, with a refreshed token if the old one has expired, and with a recent proof if one is asked for.

import { signal } from "@preact/signals";
import { Fields, isObject, isRefreshToken } from "../document/json";
import { type API, isJSON, type Operation } from "../document/model";
import { bodySchema, type Roles, rolesOf } from "../document/roles";
import { view } from "../document/schema";
import { type Input, write } from "./request";
import { authenticate, session, tokenScheme, usable } from "./session";
import { forget, refresh, startSession } from "./tabs";

export interface Reply {
  operation: Operation;
  input: Input;
  status: number;
  headers: Headers;
  media: string;
  /** JSON as values, other text as a string, and anything else as a file. */
  body: unknown;
}

/** A response that is no success. */
export class Failure extends Error {
  constructor(readonly reply: Reply) {
    const { body, status } = reply;
    const text = ["detail", "message", "title", "error"].map((name) => (isObject(body) ? body[name] : undefined)).find((value) => typeof value === "string");
    super((text as string | undefined) ?? (typeof body === "string" && body.length < 200 ? body : `The response was ${status}.`));
  }

  get problem(): Fields {
    return isObject(this.reply.body) ? this.reply.body : {};
  }

  /** The kind of problem: the last part of its type. */
  get code(): string {
    return String(this.problem.code ?? this.problem.type ?? "").split("/").pop()!;
  }
}

export interface ProofRequest {
  /** The names of what is accepted, if the problem lists them. */
  accepted: string[];
  done: (proven: boolean) => void;
}

/** What the dialog that asks for a recent proof waits for. */
export const proofRequest = signal<ProofRequest | undefined>(undefined);

let api: API;
export let roles: Roles = {};

export function setAPI(value: API): void {
  api = value;
  roles = rolesOf(value);
}

/**
 * Send a request and read its response.
 *
 * Throws a Failure for a response that is no success, and a TypeError if there is no response.
 */
export async function call(operation: Operation, input: Input): Promise<Reply> {
  const token = session.value.credentials;
  let reply = await send(operation, input);
  if (reply.status === 401 && asksForProof(reply) && roles.reauthentication && operation !== roles.reauthentication) {
    const accepted = isObject(reply.body) && Array.isArray(reply.body.accepted) ? reply.body.accepted.map(String) : [];
    if (await new Promise<boolean>((done) => (proofRequest.value = { accepted, done }))) reply = await send(operation, input);
  } else if (reply.status === 401 && usable(operation).length && operation !== roles.refresh && (session.value.credentials !== token || (await refreshed()))) {
    reply = await send(operation, input);
  }
  if (reply.status === 403 && operation === roles.overview) session.value = { ...session.value, overviewRefused: true };
  if (reply.status >= 400) throw new Failure(reply);
  return reply;
}

/** RFC 9470, or the problem type of a service that does not send its header. */
function asksForProof({ headers, body }: Reply): boolean {
  const challenge = headers.get("WWW-Authenticate") ?? "";
  return challenge.includes("insufficient_user_authentication") || (isObject(body) && /\breauthentication-required$/.test(String(body.type ?? body.code)));
}

async function send(operation: Operation, input: Input): Promise<Reply> {
  const { path, query, headers, body } = write(operation, input);
  for (const name of usable(operation)) authenticate(api.schemes.get(name), session.value.credentials[name], headers, query);
  const accepted = operation.answers.flatMap((answer) => answer.contents.map(({ media }) => media));
  if (accepted.length) headers.set("Accept", [...new Set(accepted)].join(", "));
  const url = new URL(`.${path}${query.size ? `?${query}` : ""}`, document.baseURI);
  // Without cookies, so that the browser does not ask for a password itself when a response asks for one.
  const credentials = usesCookies(operation) ? "same-origin" : "omit";
  const response = await fetch(url, { method: operation.method, headers, body, credentials, cache: "no-cache" });
  const media = response.headers.get("Content-Type") ?? "";
  return { operation, input, status: response.status, headers: response.headers, media, body: await read(response, media) };
}

function usesCookies(operation: Operation): boolean {
  const schemes = operation.security.flatMap((alternative) => Object.keys(alternative).map((name) => api.schemes.get(name)));
  return [...operation.parameters, ...schemes].some((place) => place?.in === "cookie");
}

async function read(response: Response, media: string): Promise<unknown> {
  if (isJSON(media)) return response.json();
  if (!media || media.startsWith("text/")) return (await response.text()) || undefined;
  return response.blob();
}

/** Begin the session of a response of the sign-in operation. */
export function enter({ body }: Reply): void {
  const scheme = tokenScheme(api);
  const { refresh: operation } = roles;
  const property = operation && refreshProperty(operation);
  const refresh = operation && property ? { method: operation.method, path: `.${operation.prefix}${operation.path}`, property } : undefined;
  if (scheme && isObject(body)) startSession(scheme, body, refresh);
}

const refreshProperty = (operation: Operation): string | undefined => Object.keys(view(bodySchema(operation)).properties).find(isRefreshToken);

async function refreshed(): Promise<boolean> {
  const { refresh: operation } = roles;
  const property = operation && refreshProperty(operation);
  if (operation && property && session.value.scheme && session.value.refreshToken) {
    return refresh((token) => send(operation, { parameters: {}, body: { [property]: token }, content: operation.body?.contents[0] }));
  }
  forget();
  return false;
}

/** Forget the session, and end it with the operation for it, if there is one. Returns whether it has ended. */
export async function signOut(): Promise<boolean> {
  const { signOut: operation } = roles;
  const { issued, secret } = session.value;
  let ended = true;
  if (operation && issued) {
    const parameters = Object.fromEntries(operation.parameters.map(({ key, name }) => [key, issued[name]]));
    const isComplete = operation.parameters.every(({ key, required }) => !required || parameters[key] !== undefined);
    // A session whose refresh token is rejected is over, and already forgotten.
    ended = isComplete && (await call(operation, { parameters }).then(() => true, () => session.value.secret !== secret));
  }
  forget();
  return ended;
}
