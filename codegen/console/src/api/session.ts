// Who the user is: credentials by security scheme, kept in this tab until it is closed.

import { effect, signal } from "@preact/signals-core";
import { Fields, isAccessToken, isRefreshToken, type Node } from "../document/json";
import type { API, Operation } from "../document/model";

export interface Session {
  /** By the name of the scheme: a token, a key, or `user:password`. */
  credentials: Record<string, string>;
  refreshToken?: string;
  /** The response that the session came from: a sign-out may need its values. */
  issued?: unknown;
  /** How other pages of the tab refresh the tokens; the path is relative. */
  refresh?: { scheme: string; method: string; path: string; property: string };
  /** The same in all tabs that are duplicates, with how often the tokens have been refreshed. */
  id?: string;
  refreshes?: number;
  /** The user may not use the operation of the overview: it is not asked again. */
  overviewRefused?: boolean;
}

// The other pages keep the session of the tab at the same place.
export const KEY = `accord-console ${new URL("console", document.baseURI).pathname}`;

function stored(): Session {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "") as Session;
  } catch {
    return { credentials: {} };
  }
}

export const session = signal<Session>(stored());
effect(() => (isSignedIn() ? sessionStorage.setItem(KEY, JSON.stringify(session.value)) : sessionStorage.removeItem(KEY)));

// A page that the browser has kept continues with what another page of the tab has stored since.
addEventListener("pageshow", ({ persisted }) => persisted && (session.value = stored()));

export function isSignedIn(): boolean {
  return Object.keys(session.value.credentials).length > 0;
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
