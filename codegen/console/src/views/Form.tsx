// An operation that changes something: its form, and its result.

import { useState } from "preact/hooks";
import type { Reply } from "../api/client";
import { follow } from "../document/links";
import { answerOf, isJSON } from "../document/model";
import { listAbove, sourceOf, translated } from "../document/relations";
import { isDestructive } from "../document/roles";
import { OperationForm } from "../form/OperationForm";
import { address, go } from "../router";
import { toast } from "../ui/Toast";
import { Action, Heading, type ScreenProps, Trouble, useReply } from "./screen";
import { Result } from "./Value";

export function FormScreen(props: ScreenProps) {
  const { api, operation, parameters } = props;
  const [result, setResult] = useState<Reply>();
  const source = ["PATCH", "PUT", "DELETE"].includes(operation.method) ? sourceOf(api, operation) : undefined;
  const known = source ? translated(source, operation, parameters) : undefined;
  const stored = useReply(source ?? operation, known ?? {}, known !== undefined);
  if (known && stored.busy && !stored.reply) return <><Heading {...props} /><p class="muted" role="status">Loading…</p></>;

  const done = (reply: Reply) => {
    if (reply.body !== undefined && !(known && operation.method !== "DELETE" && reply.status === 200)) return setResult(reply);
    toast(`${operation.summary}: done`);
    const list = isDestructive(operation) ? listAbove(api, operation) : undefined;
    if (list) go(address(list.id, translated(list, operation, parameters) ?? {}));
    else if (source && known) go(address(source.id, known));
    else setResult(reply);
  };
  if (result) return <Outcome {...props} reply={result} again={() => setResult(undefined)} />;
  const etag = stored.reply?.headers.get("ETag") ?? undefined;
  return (
    <>
      <Heading {...props} />
      {stored.failure && known && <Trouble failure={stored.failure} />}
      <OperationForm
        key={`${operation.id} ${JSON.stringify(parameters)} ${etag} ${stored.busy}`}
        operation={operation}
        parameters={parameters}
        stored={stored.reply && operation.method !== "DELETE" ? { body: stored.reply.body, etag } : undefined}
        done={done}
        reload={stored.reload}
      />
    </>
  );
}

function Outcome({ reply, again, ...props }: ScreenProps & { reply: Reply; again: () => void }) {
  const { api, operation } = props;
  return (
    <>
      <Heading {...props} />
      <section class="card outcome">
        <p role="status"><span class="chip good">{reply.status}</span> {answerOf(operation, reply.status)?.description}</p>
        <ReplyBody api={api} reply={reply} />
        <div class="actions"><button type="button" class="quiet" onClick={again}>Send another request</button></div>
      </section>
    </>
  );
}

/** What an operation returned, with its secrets, and where its links lead. */
export function ReplyBody({ api, reply }: { api: ScreenProps["api"]; reply: Reply }) {
  const { operation, input, body, headers, status } = reply;
  const answer = answerOf(operation, status);
  const targets = follow(api, answer?.links ?? [], { operation, parameters: input.parameters, requestBody: input.body, body, headers });
  return (
    <>
      <Result body={body} schema={answer?.contents.find(({ media }) => isJSON(media))?.schema ?? {}} once />
      {targets.length > 0 && <div class="actions">{targets.map((target) => <Action key={target.operation.id} target={target} etag={headers.get("ETag") ?? undefined} />)}</div>}
    </>
  );
}
