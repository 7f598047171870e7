// The form of an operation: its parameters and its body, checked against the document, sent once.

import { useRef, useState } from "preact/hooks";
import { call, Failure, type Reply } from "../api/client";
import { header, isHandled } from "../api/request";
import { Fields, isObject, join, Node, segments, title } from "../document/json";
import { isJSON, type Operation } from "../document/model";
import { isDestructive } from "../document/roles";
import { example, initial } from "../document/sample";
import { view } from "../document/schema";
import type { Faults } from "../document/validate";
import { confirm } from "../ui/Confirm";
import { Field, Properties } from "./Field";
import { identifier } from "./parts";
import { BODY, changes, check, idempotencyKey, listed, PARAMETERS, writable } from "./submission";

interface Props {
  operation: Operation;
  /** Values of parameters that are known; those of the path cannot be changed. */
  parameters?: Fields;
  /** What is stored now, for an update. */
  stored?: { body: unknown; etag?: string };
  /** Which properties of the body are asked for; all if absent. */
  only?: (name: string) => boolean;
  action?: string;
  done?: (reply: Reply) => void;
  /** Called with the parameters instead of sending the request. */
  use?: (parameters: Fields) => void;
  /** Called with a response that is no success; returns whether the form shows it. */
  failed?: (failure: Failure) => boolean;
  reload?: () => void;
}

export function OperationForm({ operation, parameters: given = {}, stored, only, action, done, use, failed, reload }: Props) {
  const contents = writable(operation.body);
  const [chosen, setChosen] = useState(0);
  const content = contents[chosen];
  const before = stored && content ? shared(stored.body, content.schema) : undefined;
  const [parameters, setParameters] = useState<Fields>(() => ({ ...defaults(operation), ...given }));
  const [body, setBody] = useState<unknown>(() => before ?? (content && initial(content.schema, operation.body!.required || isJSON(content.media))));
  const [found, setFaults] = useState<Faults>(new Map());
  const [failure, setFailure] = useState<Failure | Error>();
  const [busy, setBusy] = useState(false);
  // One key for one intention: kept until a response has decided about it.
  const key = useRef(idempotencyKey());
  const shown = operation.parameters.filter((parameter) => !isHandled(parameter));

  const submit = async (event: Event) => {
    event.preventDefault();
    const sent = changes(operation, content, before, body);
    const wrong = check(operation, parameters, content, sent);
    setFaults(wrong);
    setFailure(undefined);
    if (wrong.size) return focusFirst(wrong);
    if (use) return use(parameters);
    if (isDestructive(operation) && !(await confirm(operation.summary, given))) return;
    setBusy(true);
    try {
      const reply = await call(operation, { parameters: { ...parameters, ...conditions() }, body: sent, content });
      key.current = idempotencyKey();
      done?.(reply);
    } catch (error) {
      if (error instanceof Failure && error.reply.status < 500) key.current = idempotencyKey();
      if (error instanceof Failure && failed?.(error) === false) return;
      const places = error instanceof Failure ? listed(operation, error.problem) : new Map();
      setFaults(places);
      setFailure(error as Error);
      focusFirst(places);
    } finally {
      setBusy(false);
    }
  };

  const conditions = (): Fields => {
    const match = header(operation, "if-match");
    const idempotency = header(operation, "idempotency-key");
    return { ...(match && { [match.key]: stored?.etag }), ...(idempotency && { [idempotency.key]: key.current }) };
  };

  const fillIn = () => {
    if (content) setBody(example(content.schema, content.examples));
    setParameters((now) => ({ ...exampleParameters(operation), ...now }));
  };

  return (
    <form class="form" noValidate onSubmit={submit}>
      {failure && <FailureBox failure={failure} faults={found} reload={reload} />}
      {!failure && found.size > 0 && <div class="alert" role="alert"><strong>Correct the marked fields</strong><FaultList faults={found} /></div>}
      {shown.map((parameter) => (
        <Field
          key={parameter.key}
          name={parameter.name}
          schema={parameter.schema}
          description={parameter.description}
          value={parameters[parameter.key]}
          set={(value) => setParameters((now) => ({ ...now, [parameter.key]: value }))}
          pointer={join(PARAMETERS, parameter.key)}
          required={parameter.required}
          faults={found}
          readOnly={parameter.in === "path" && given[parameter.key] !== undefined}
        />
      ))}
      {contents.length > 1 && !stored && (
        <div class="field">
          <label htmlFor="media">Media type</label>
          <select id="media" value={chosen} onChange={(event) => {
            setChosen(Number(event.currentTarget.value));
            setBody(initial(contents[Number(event.currentTarget.value)].schema, true));
          }}>
            {contents.map(({ media }, index) => <option key={media} value={index}>{media}</option>)}
          </select>
        </div>
      )}
      {content && <BodyFields key={content.media} schema={content.schema} media={content.media} body={body} set={setBody} faults={found} required={operation.body!.required} only={only} />}
      <div class="actions">
        <button class={isDestructive(operation) ? "danger" : "primary"} disabled={busy}>{action ?? operation.summary}</button>
        {!stored && !only && (content || shown.length > 0) && <button type="button" class="quiet" onClick={fillIn}>Fill in the example</button>}
      </div>
    </form>
  );
}

interface BodyProps {
  schema: Node;
  media: string;
  body: unknown;
  set: (body: unknown) => void;
  faults: Faults;
  required: boolean;
  only?: (name: string) => boolean;
}

function BodyFields({ schema, media, body, set, faults, required, only }: BodyProps) {
  const found = view(schema);
  const props = { schema: view(schema).types.length || isJSON(media) ? schema : { type: "string", format: "binary" }, name: "body", value: body, set, pointer: BODY, required, faults };
  const flat = found.types[0] === "object" && Object.keys(found.properties).length > 0 && !found.alternatives.length;
  return flat ? <Properties {...props} only={only} /> : <Field {...props} label={found.name || "Body"} />;
}

export function FailureBox({ failure, faults, reload }: { failure: Error; faults?: Faults; reload?: () => void }) {
  const status = failure instanceof Failure ? failure.reply.status : 0;
  const problem = failure instanceof Failure ? failure.problem : {};
  const retry = failure instanceof Failure ? failure.reply.headers.get("Retry-After") : null;
  return (
    <div class="alert" role="alert">
      <strong>{status === 412 ? "Someone else has changed this in the meantime" : typeof problem.title === "string" ? problem.title : status ? `Error ${status}` : "No response"}</strong>
      <p>{failure.message}{retry && ` (Retry after ${retry} seconds.)`}</p>
      {faults && faults.size > 0 && <FaultList faults={faults} />}
      {status === 412 && reload && <button type="button" onClick={reload}>Load the current version</button>}
    </div>
  );
}

/** Every fault, with the way to its field. */
function FaultList({ faults }: { faults: Faults }) {
  const sentence = (pointer: string, texts: string[]) => {
    const name = pointer === BODY ? "The form" : title(segments(`/${pointer}`).at(-1)!);
    return `${name} ${texts.join(", ")}`;
  };
  return (
    <ul>
      {[...faults].map(([pointer, texts]) => (
        <li key={pointer}><button type="button" class="link" onClick={() => focus(pointer)}>{sentence(pointer, texts)}</button></li>
      ))}
    </ul>
  );
}

const focus = (pointer: string) => document.getElementById(identifier(pointer))?.focus();
const focusFirst = (faults: Faults) => {
  const [first] = faults.keys();
  if (first !== undefined) setTimeout(() => focus(first));
};

/** The properties of what is stored that the body can have. */
function shared(stored: unknown, schema: Node): unknown {
  if (!isObject(stored)) return initial(schema, true);
  return Object.fromEntries(Object.keys(view(schema).properties).filter((name) => name in stored).map((name) => [name, stored[name]]));
}

function defaults(operation: Operation): Fields {
  const required = operation.parameters.filter((parameter) => parameter.required && !isHandled(parameter));
  return Object.fromEntries(required.map(({ key, schema }) => [key, initial(schema, true)]).filter(([, value]) => value !== undefined));
}

function exampleParameters(operation: Operation): Fields {
  const shown = operation.parameters.filter((parameter) => !isHandled(parameter) && (parameter.required || parameter.example !== undefined));
  return Object.fromEntries(shown.map(({ key, schema, example: written }) => [key, example(schema, [written])]));
}
