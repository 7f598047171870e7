// The session of the tab, for the other pages of the service that sign in or send requests. Built as assets/session.js.

import { session } from "./api/session";
import { refresh } from "./api/tabs";

export { forget, startSession } from "./api/tabs";
export { session };

/** Send a request; if its token has expired, refresh the tokens and send it with the new one. */
export async function send(url: string, request: RequestInit): Promise<Response> {
  const headers = new Headers(request.headers);
  const { scheme = "", credentials } = session.value;
  const response = await fetch(url, request);
  const isOurs = scheme in credentials && headers.get("Authorization") === `Bearer ${credentials[scheme]}`;
  if (response.status !== 401 || !isOurs || !(await refreshed())) return response;
  headers.set("Authorization", `Bearer ${session.value.credentials[scheme]}`);
  return fetch(url, { ...request, headers });
}

async function refreshed(): Promise<boolean> {
  const { refresh: operation, refreshToken } = session.value;
  if (!operation || !refreshToken) return false;
  const { method, path, property } = operation;
  return refresh(async (token) => {
    const request = { method, body: JSON.stringify({ [property]: token }), headers: { "Content-Type": "application/json" }, credentials: "omit" as const };
    const response = await fetch(path, request);
    return { status: response.status, body: response.ok ? await response.json() : undefined };
  });
}
