// The session of the tab, for the other pages of the service that sign in or send requests. Built as assets/session.js.

import type { Fields } from "./document/json";
import { type Session, session, withTokens } from "./api/session";
import { refresh, startSession } from "./api/tabs";

export { forget } from "./api/tabs";
export { session };

/** Begin the session of a response of the operation that signs in. */
export function enter(scheme: string, issued: Fields, refresh: Session["refresh"]): void {
  const tokens = withTokens(scheme, issued);
  if (tokens) startSession({ ...tokens, refresh });
}

/** Send a request; if its token has expired, refresh the tokens and send it with the new one. */
export async function send(url: string, request: RequestInit, scheme = session.value.refresh?.scheme): Promise<Response> {
  const headers = new Headers(request.headers);
  const token = scheme && session.value.credentials[scheme];
  const response = await fetch(url, request);
  if (response.status !== 401 || !token || headers.get("Authorization") !== `Bearer ${token}` || !(await refreshed())) return response;
  headers.set("Authorization", `Bearer ${session.value.credentials[scheme]}`);
  return fetch(url, { ...request, headers });
}

async function refreshed(): Promise<boolean> {
  const { refresh: operation, refreshToken } = session.value;
  if (!operation || !refreshToken) return false;
  const { scheme, method, path, property } = operation;
  return refresh(scheme, async (token) => {
    const request = { method, body: JSON.stringify({ [property]: token }), headers: { "Content-Type": "application/json" }, credentials: "omit" as const };
    const response = await fetch(path, request);
    return { status: response.status, body: response.ok ? await response.json() : undefined };
  });
}
