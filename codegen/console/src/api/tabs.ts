// The tabs of one session. A duplicated tab has the same single-use refresh token: whichever tab uses it tells the others.

import { isObject } from "../document/json";
import { KEY, type Session, session, withTokens } from "./session";

/** A question for newer tokens of a session than those after so many refreshes, or an answer with them. */
interface Message {
  id: string;
  refreshes: number;
  session?: Session;
}

const PATIENCE = 200; // milliseconds that another tab has for an answer
const channel = new BroadcastChannel(KEY);

channel.onmessage = ({ data }: MessageEvent<Message>) => {
  const { id, refreshes = 0 } = session.value;
  if (!id || data.id !== id) return;
  if (!data.session && data.refreshes < refreshes) channel.postMessage({ id, refreshes, session: session.value });
  else if (data.session && data.refreshes > refreshes) session.value = data.session;
};

export function startSession(tokens: Session): void {
  session.value = { ...tokens, id: crypto.getRandomValues(new Uint32Array(4)).join("-"), refreshes: 0 };
}

/** Forget the session, in all its tabs. */
export function forget(): void {
  const { id } = session.value;
  session.value = { credentials: {} };
  channel.postMessage({ id, refreshes: Infinity, session: session.value });
}

let refreshing: Promise<boolean> | undefined;

/**
 * Exchange the refresh token, once for all requests and tabs that wait for it. Returns whether there are new tokens.
 *
 * `send` is called with the refresh token, unless another tab has already replaced it.
 */
export function refresh(scheme: string, send: (token: string) => Promise<{ status: number; body: unknown }>): Promise<boolean> {
  const { refreshToken: token = "" } = session.value;
  const exchange = async () => {
    if (await isReplaced(token)) return true;
    const { status, body } = await send(token);
    const next = status < 300 && isObject(body) ? withTokens(scheme, body) : undefined;
    if (next) replace(next);
    // After any other status, such as that of an outage, the token is still good.
    else if (status === 400 || status === 401) forget();
    return next !== undefined;
  };
  // Without TLS the browser has no locks for pages.
  refreshing ??= (navigator.locks?.request(KEY, exchange) ?? exchange()).finally(() => (refreshing = undefined));
  return refreshing;
}

function replace(tokens: Session): void {
  const { id, refreshes = 0 } = session.value;
  session.value = { ...session.value, ...tokens, refreshes: refreshes + 1 };
  channel.postMessage({ id, refreshes: refreshes + 1, session: session.value });
}

async function isReplaced(token: string): Promise<boolean> {
  const { id, refreshes } = session.value;
  let stop = () => {};
  channel.postMessage({ id, refreshes });
  await new Promise<void>((done) => {
    setTimeout(done, PATIENCE);
    stop = session.subscribe((now) => now.refreshToken !== token && done());
  });
  stop();
  return session.value.refreshToken !== token;
}
