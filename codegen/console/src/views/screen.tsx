// What the screens of operations share: the heading, the data of a GET, and the buttons of what can be done next.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call, Failure, type Reply } from "../api/client";
import { header, type Input, isHandled } from "../api/request";
import { isAllowed } from "../api/session";
import { Fields } from "../document/json";
import type { Target } from "../document/links";
import type { API, Operation } from "../document/model";
import { listAbove, listName, translated } from "../document/relations";
import { isDestructive } from "../document/roles";
import { FailureBox } from "../form/OperationForm";
import { idempotencyKey } from "../form/submission";
import { address, SCREENS } from "../router";
import { confirm } from "../ui/Confirm";
import { Markdown } from "../ui/Markdown";
import { toast } from "../ui/Toast";

export interface ScreenProps {
  api: API;
  operation: Operation;
  parameters: Fields;
}

interface HeadingProps {
  api: API;
  operation: Operation;
  parameters: Fields;
  /** Instead of the summary of the operation. */
  name?: string;
  children?: ComponentChildren;
}

export function Heading({ api, operation, parameters, name, children }: HeadingProps) {
  const list = listAbove(api, operation);
  const within = list && translated(list, operation, parameters);
  return (
    <header class="heading">
      {within && <a class="back" href={address(list.id, within)}>{`← ${listName(list)}`}</a>}
      <h1 tabIndex={-1}>{name ?? operation.summary}{operation.deprecated && <> <span class="chip warning">Deprecated</span></>}</h1>
      {children && <div class="actions">{children}</div>}
      <details class="about">
        <summary><span class={`method ${operation.method}`}>{operation.method}</span> <code>{operation.path}</code></summary>
        <p><strong>{operation.summary}</strong></p>
        <Markdown text={operation.description || "No description."} />
      </details>
    </header>
  );
}

/** The response of a GET, requested again when its parameters change or `reload` is called. */
export function useReply(operation: Operation, parameters: Fields, ready = true) {
  const [state, setState] = useState<{ reply?: Reply; failure?: Error; busy: boolean }>({ busy: ready });
  const [version, setVersion] = useState(0);
  const key = JSON.stringify([operation.id, parameters, ready]);
  useEffect(() => {
    let current = true;
    if (!ready) return setState({ busy: false });
    setState((before) => ({ ...before, busy: true }));
    call(operation, { parameters }).then(
      (reply) => current && setState({ reply, busy: false }),
      (failure: Error) => current && setState({ failure, busy: false }),
    );
    return () => {
      current = false;
    };
  }, [key, version]);
  // What an other operation has returned is not shown for this one.
  const fresh = state.reply && state.reply.operation !== operation ? { busy: true } : state;
  return { ...fresh, reload: () => setVersion((now) => now + 1) };
}

export function Trouble({ failure }: { failure: Error }) {
  const signIn = failure instanceof Failure && [401, 403].includes(failure.reply.status) && !isAllowed(failure.reply.operation);
  return (
    <>
      <FailureBox failure={failure} />
      {signIn && <p><a class="button primary" href={address(SCREENS.signIn)}>Sign in</a></p>}
    </>
  );
}

/** The result of an operation that was carried out with one click. */
export const outcome = signal<Reply | undefined>(undefined);

const needsInput = ({ operation, parameters }: Target): boolean =>
  operation.body !== undefined || operation.parameters.some((parameter) => parameter.required && !isHandled(parameter) && parameters[parameter.key] === undefined);

/** A button for an operation: a link to its screen if it shows or asks for something, else it is carried out at once. */
export function Action({ target, etag, done }: { target: Target; etag?: string; done?: () => void }) {
  const { operation, parameters, label } = target;
  const [busy, setBusy] = useState(false);
  const style = isDestructive(operation) ? "danger" : "";
  if (operation.method === "GET" || needsInput(target)) return <a class={`button ${style}`} href={address(operation.id, parameters)}>{label}</a>;

  const carryOut = async () => {
    if (isDestructive(operation) && !(await confirm(operation.summary, parameters))) return;
    setBusy(true);
    try {
      const reply = await call(operation, input(operation, parameters, etag));
      toast(`${operation.summary}: done`);
      if (reply.body !== undefined) outcome.value = reply;
      done?.();
    } catch (error) {
      toast(`${operation.summary}: ${(error as Error).message}`);
    } finally {
      setBusy(false);
    }
  };
  return <button type="button" class={style} disabled={busy} onClick={carryOut}>{label}</button>;
}

function input(operation: Operation, parameters: Fields, etag: string | undefined): Input {
  const match = header(operation, "if-match");
  const idempotency = header(operation, "idempotency-key");
  return { parameters: { ...parameters, ...(match && { [match.key]: etag }), ...(idempotency && { [idempotency.key]: idempotencyKey() }) } };
}
