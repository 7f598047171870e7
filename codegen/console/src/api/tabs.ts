// The tabs of one session. A duplicated tab has the same single-use refresh token: whichever tab uses it tells the others.

import { KEY, type Session, session } from "./session";

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

/** Continue with other tokens, in all tabs of the session. */
export function replaceTokens(tokens: Session): void {
  const { id, refreshes = 0, overviewRefused } = session.value;
  session.value = { ...tokens, id, refreshes: refreshes + 1, overviewRefused };
  channel.postMessage({ id, refreshes: refreshes + 1, session: session.value });
}

/** Forget the session, in all its tabs. */
export function forget(): void {
  const { id } = session.value;
  session.value = { credentials: {} };
  channel.postMessage({ id, refreshes: Infinity, session: session.value });
}

/**
 * Do something with the refresh token while no other tab does.
 *
 * It is not done if another tab has already replaced the token: then this tab has the new ones, and the result is true.
 */
export async function withRefreshToken(use: () => Promise<boolean>): Promise<boolean> {
  const { refreshToken } = session.value;
  const locked = async () => (await isReplaced(refreshToken)) || use();
  // Without TLS the browser has no locks for pages.
  return navigator.locks ? navigator.locks.request(KEY, locked) : locked();
}

async function isReplaced(token: string | undefined): Promise<boolean> {
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
