// A GET of one thing: its fields, and what can be done with it.

import { isHandled } from "../api/request";
import type { Fields, Node } from "../document/json";
import { follow, references, type Target } from "../document/links";
import { answerOf, isJSON, resultSchema } from "../document/model";
import { detailActions, listAbove, pathParameters } from "../document/relations";
import { isDestructive } from "../document/roles";
import { view } from "../document/schema";
import { OperationForm } from "../form/OperationForm";
import { address, go } from "../router";
import { Action, Heading, type ScreenProps, Trouble, useReply } from "./screen";
import { Figures } from "./Overview";
import { Result } from "./Value";

export function Detail({ api, operation, parameters }: ScreenProps) {
  const ready = operation.parameters.every((parameter) => !parameter.required || isHandled(parameter) || parameters[parameter.key] !== undefined);
  const { reply, failure, busy, reload } = useReply(operation, parameters, ready);
  const asks = operation.parameters.some((parameter) => !isHandled(parameter) && (!ready || parameter.in !== "path"));
  const answer = reply && answerOf(operation, reply.status);
  const links = answer ? follow(api, answer.links, { operation, parameters, body: reply!.body, headers: reply!.headers }) : [];
  const targets = distinct([...detailActions(api, operation, parameters), ...links]).filter((target) => target.operation !== operation);
  const own = targets.filter((target) => target.operation.path === operation.path || leadsTo(target, operation.path, links));
  const related = targets.filter((target) => !own.includes(target));
  const schema = answer?.contents.find(({ media }) => isJSON(media))?.schema ?? resultSchema(operation) ?? {};
  const list = listAbove(api, operation);

  const gone = (target: Target) => {
    if (target.operation.path !== operation.path || !isDestructive(target.operation)) reload();
    else if (list) go(address(list.id, Object.fromEntries(pathParameters(list).map(({ key }) => [key, parameters[key]]))));
  };
  return (
    <>
      <Heading api={api} operation={operation} parameters={parameters} name={nameOf(operation, parameters, schema)}>
        {own.map((target) => <Action key={target.operation.id} target={target} etag={reply?.headers.get("ETag") ?? undefined} done={() => gone(target)} />)}
      </Heading>
      {asks && <Ask operation={operation} parameters={parameters} />}
      {failure && <Trouble failure={failure} />}
      {reply && operation.role === "overview" && <Figures api={api} body={reply.body} schema={schema} />}
      {reply && operation.role !== "overview" && <section class="card" aria-busy={busy}><Result body={reply.body} schema={schema} references={references(api, operation)} /></section>}
      {busy && !reply && <p class="muted" role="status">Loading…</p>}
      {related.length > 0 && (
        <section>
          <h2>Related</h2>
          <div class="actions">{related.map((target) => <Action key={target.operation.id} target={target} done={() => gone(target)} />)}</div>
        </section>
      )}
    </>
  );
}

/** What is shown: the name of its schema with the last parameter of its path, such as "User 2". */
function nameOf(operation: ScreenProps["operation"], parameters: Fields, schema: Node): string | undefined {
  const own = pathParameters(operation).at(-1);
  const value = own && parameters[own.key];
  const { name } = view(schema);
  return name && value !== undefined && operation.path.endsWith("}") ? `${name} ${value}` : undefined;
}

/** A link of the response to an operation that changes what it shows: of `/users/me` to that of `/users/{user_id}`. */
function leadsTo(target: Target, path: string, links: Target[]): boolean {
  return links.includes(target) && target.operation.method !== "GET" && target.operation.path.split("/").length === path.split("/").length;
}

function distinct(targets: Target[]): Target[] {
  return [...new Map(targets.map((target) => [target.operation, target])).values()];
}

/** Asks for the parameters of the request, and keeps them in the address. */
function Ask({ operation, parameters }: { operation: ScreenProps["operation"]; parameters: Fields }) {
  return <OperationForm operation={operation} parameters={parameters} action="Show" use={(values) => go(address(operation.id, values))} />;
}
