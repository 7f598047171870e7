// Who the user is: credentials by security scheme, kept in this tab until it is closed.

import { effect, signal } from "@preact/signals-core";
import { Fields, isAccessToken, isRefreshToken, type Node } from "../document/json";
import type { API, Operation } from "../document/model";

export interface Session {
  /** By the name of the scheme: a token, a key, or `user:password`. */
  credentials: Record<string, string>;
  /** The user may not use the operation of the overview. The overview is not requested again. */
  overviewRefused?: boolean;
  /** The scheme of the tokens that a sign-in has returned, and what belongs to them. */
  scheme?: string;
  refreshToken?: string;
  /** The response that the tokens came from: a sign-out may need its values. */
  issued?: Fields;
  /** How other pages of the tab refresh the tokens; the path is relative. */
  refresh?: { method: string; path: string; property: string };
  /** Random, and never sent: tabs that are duplicates encrypt what they tell each other with it. */
  secret?: string;
  /** How often the tokens have been refreshed. */
  refreshes?: number;
}

// The other pages keep the session of the tab at the same place.
export const KEY = `accord-console ${new URL("console", document.baseURI).pathname}`;

/** Where the tab keeps its session. Undefined if the browser blocks it: the session then lasts as long as the page. */
export const storage = allowed();

function allowed(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

function stored(): Session {
  try {
    return JSON.parse(storage?.getItem(KEY) ?? "") as Session;
  } catch {
    return { credentials: {} };
  }
}

export const session = signal<Session>(stored());
effect(() => (isSignedIn() ? storage?.setItem(KEY, JSON.stringify(session.value)) : storage?.removeItem(KEY)));

// A page that the browser has kept continues with what another page of the tab has stored since.
addEventListener("pageshow", ({ persisted }) => persisted && storage && (session.value = stored()));

export function isSignedIn(): boolean {
  return Object.keys(session.value.credentials).length > 0;
}

/** The session without the credential of a scheme, and without what belongs to it if a sign-in has returned it. */
export function without(scheme: string): Session {
  const { credentials, overviewRefused, ...tokens } = session.value;
  const { [scheme]: _, ...others } = credentials;
  return { credentials: others, overviewRefused, ...(scheme !== tokens.scheme && tokens) };
}

/** The session with the tokens of a response, for a scheme; undefined if it has none. */
export function withTokens(scheme: string, issued: Fields): Session | undefined {
  const names = Object.keys(issued);
  const access = names.find(isAccessToken);
  const refresh = names.find(isRefreshToken);
  if (!access) return undefined;
  return { credentials: { ...session.value.credentials, [scheme]: String(issued[access]) }, refreshToken: refresh && String(issued[refresh]), issued };
}

/** The scheme that a token of the sign-in operation belongs to. */
export function tokenScheme(api: API): string | undefined {
  const kinds = [...api.schemes].filter(([, scheme]) => isBearer(scheme));
  return kinds[0]?.[0];
}

export function isBearer(scheme: Node): boolean {
  return ["oauth2", "openIdConnect"].includes(scheme.type) || (scheme.type === "http" && !/^basic$/i.test(scheme.scheme));
}

/** The schemes to send: the first alternative whose credentials are there, else none. */
export function usable(operation: Operation): string[] {
  const alternatives = operation.security.map((alternative) => Object.keys(alternative));
  const complete = alternatives.filter((names) => names.every((name) => name in session.value.credentials));
  return complete.sort((one, other) => other.length - one.length)[0] ?? [];
}

/** Whether the operation can be called as the user is signed in now. */
export function isAllowed(operation: Operation): boolean {
  return !operation.security.length || operation.security.some((alternative) => Object.keys(alternative).every((name) => name in session.value.credentials));
}

/** Add a credential to a request. */
export function authenticate(scheme: Node, credential: string, headers: Headers, query: URLSearchParams): void {
  if (scheme.type === "apiKey" && scheme.in === "query") query.set(scheme.name, credential);
  else if (scheme.type === "apiKey" && scheme.in === "header") headers.set(scheme.name, credential);
  else if (scheme.type === "apiKey") document.cookie = `${scheme.name}=${credential}; path=/; SameSite=Strict`;
  else if (isBearer(scheme)) headers.set("Authorization", `Bearer ${credential}`);
  else headers.set("Authorization", `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(credential)))}`);
}
