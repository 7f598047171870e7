// The tabs of one session. A duplicated tab has the same single-use refresh token: whichever tab uses it tells the others.

import { Fields, isObject } from "../document/json";
import { KEY, type Session, session, storage, without, withTokens } from "./session";

/** A question for newer tokens than those after so many refreshes, an answer with them, or the end of the session. */
interface Message {
  refreshes: number;
  tokens?: Pick<Session, "credentials" | "refreshToken" | "issued">;
  ended?: boolean;
}

/** A message as it is sent: other pages of the origin can listen to the channel. */
interface Encrypted {
  iv: BufferSource;
  data: BufferSource;
}

const PATIENCE = 200; // milliseconds that another tab has for an answer

// Without storage there are no duplicates, and browsers refuse the channel and the locks. Without TLS they cannot encrypt.
const channel = storage && crypto.subtle ? new BroadcastChannel(KEY) : undefined;
const locks = storage && navigator.locks;

const keyOf = (secret: string) => crypto.subtle.importKey("raw", Uint32Array.from(secret.split("-"), Number), "AES-GCM", false, ["encrypt", "decrypt"]);

async function tell(message: Message, { secret } = session.value): Promise<void> {
  if (!channel || !secret) return;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(message));
  channel.postMessage({ iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(secret), text) });
}

async function receive({ iv, data }: Encrypted): Promise<void> {
  const { secret } = session.value;
  if (!secret) return;
  const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await keyOf(secret), data);
  if (session.value.secret === secret) take(JSON.parse(new TextDecoder().decode(text)) as Message);
}

// What cannot be decrypted is about another session.
if (channel) channel.onmessage = ({ data }: MessageEvent<Encrypted>) => void receive(data).catch(() => {});

function take({ refreshes, tokens, ended }: Message): void {
  const { scheme = "", credentials, refreshes: own = 0 } = session.value;
  if (ended) session.value = without(scheme);
  else if (!tokens && refreshes < own) tellTokens();
  else if (tokens && refreshes > own) session.value = { ...session.value, ...tokens, credentials: { ...credentials, ...tokens.credentials }, refreshes };
}

/** Tell the other tabs the tokens, and no other credentials. */
function tellTokens(): void {
  const { scheme = "", credentials, refreshToken, issued, refreshes = 0 } = session.value;
  void tell({ refreshes, tokens: { credentials: { [scheme]: credentials[scheme] }, refreshToken, issued } });
}

/** Begin the session of a response of the operation that signs in. */
export function startSession(scheme: string, issued: Fields, refresh: Session["refresh"]): void {
  const tokens = withTokens(scheme, issued);
  const secret = crypto.getRandomValues(new Uint32Array(8)).join("-");
  if (tokens) session.value = { ...tokens, scheme, refresh, secret, refreshes: 0 };
}

/** Forget all credentials of this tab, and the session in its other tabs. */
export function forget(): void {
  const ended = session.value;
  session.value = { credentials: {} };
  void tell({ refreshes: 0, ended: true }, ended);
}

let refreshing: Promise<boolean> | undefined;

/**
 * Exchange the refresh token, once for all requests and tabs that wait for it. Returns whether the session has new tokens.
 *
 * `send` is called with the refresh token, unless another tab has already replaced it.
 */
export function refresh(send: (token: string) => Promise<{ status: number; body: unknown }>): Promise<boolean> {
  const { secret, scheme = "", refreshToken = "", issued, refreshes = 0 } = session.value;
  // The user may sign out, or in again, before there is a response: it is then ignored.
  const isCurrent = () => session.value.secret === secret && session.value.refreshes === refreshes;
  const exchange = async () => {
    await ask(refreshes);
    if (isCurrent()) {
      const { status, body } = await send(refreshToken);
      const next = status < 300 && isObject(body) ? withTokens(scheme, body) : undefined;
      if (isCurrent() && next) {
        // A response without a refresh token leaves the old one in use (RFC 6749, section 6).
        const kept = { refreshToken: next.refreshToken ?? refreshToken, issued: { ...issued, ...next.issued } };
        session.value = { ...session.value, ...next, ...kept, refreshes: refreshes + 1 };
        tellTokens();
      }
      // After any other status, such as that of an outage, the token is still good.
      else if (isCurrent() && (status === 400 || status === 401)) forget();
    }
    return session.value.secret === secret && session.value.refreshes !== refreshes;
  };
  // Without TLS the browser has no locks for pages.
  refreshing ??= (locks?.request(KEY, exchange) ?? exchange()).finally(() => (refreshing = undefined));
  return refreshing;
}

/** Ask the other tabs for newer tokens, and wait until they have answered or may have none. */
async function ask(refreshes: number): Promise<void> {
  if (!channel) return;
  let stop = () => {};
  void tell({ refreshes });
  await new Promise<void>((done) => {
    setTimeout(done, PATIENCE);
    stop = session.subscribe((now) => now.refreshes !== refreshes && done());
  });
  stop();
}
