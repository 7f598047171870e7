// A list operation: its filters, its items as a table, and its pages.

import { useEffect, useState } from "preact/hooks";
import { isHandled } from "../api/request";
import { Fields, isObject, join, plain, title } from "../document/json";
import { resultSchema, type Operation, type Parameter } from "../document/model";
import { isInternal, itemsOf, listing, listName, pathParameters } from "../document/relations";
import { isScalar, view } from "../document/schema";
import type { Faults } from "../document/validate";
import { Field } from "../form/Field";
import { check, PARAMETERS } from "../form/submission";
import { address, go } from "../router";
import { isPaging, type Pages, pagesOf } from "./paging";
import { Heading, Action, type ScreenProps, Trouble, useReply } from "./screen";
import { Table } from "./Table";
import { Scalar } from "./Value";

export function List({ api, operation, parameters }: ScreenProps) {
  const { reply, failure, busy, reload } = useReply(operation, parameters);
  const found = listing(operation)!;
  const items = itemsOf(operation, reply?.body);
  const pages: Pages = reply ? pagesOf({ operation, parameters, body: reply.body, headers: reply.headers }) : {};
  const change = (next: Fields) => go(address(operation.id, next));
  const create = [...api.operations.values()].filter((other) => other.path === operation.path && other.method === "POST" && !isInternal(other));
  const others = [...api.operations.values()].filter((other) => other.path === operation.path && !["GET", "POST"].includes(other.method));
  const given = Object.fromEntries(pathParameters(operation).map(({ key }) => [key, parameters[key]]));

  return (
    <>
      <Heading api={api} operation={operation} parameters={parameters} name={listName(operation)}>
        {create.map((other) => <a key={other.id} class="button primary" href={address(other.id, given)}>{other.summary}</a>)}
        {others.map((other) => <Action key={other.id} target={{ operation: other, parameters: given, label: other.summary }} done={reload} />)}
      </Heading>
      <Filters operation={operation} parameters={parameters} change={change} />
      {failure && <Trouble failure={failure} />}
      {reply && isObject(reply.body) && <Summary operation={operation} body={reply.body} member={found.member} />}
      {reply && (
        <div class="results" aria-busy={busy}>
          {items.length > 0 && <Table api={api} operation={operation} parameters={parameters} items={items} item={found.item} sort={sorting(operation, parameters, change)} changed={reload} />}
          {items.length === 0 && <p class="empty">{Object.keys(parameters).length > pathParameters(operation).length ? "Nothing matches the filters." : "Nothing here."}</p>}
          <Pager pages={pages} change={change} />
        </div>
      )}
      {busy && !reply && !failure && <p class="muted" role="status">Loading…</p>}
    </>
  );
}

/** What the response says beside the items, such as how many recovery codes are left. */
function Summary({ operation, body, member }: { operation: Operation; body: Fields; member?: string }) {
  const { properties } = view(resultSchema(operation));
  const shown = Object.keys(body).filter((name) => name !== member && properties[name] && isScalar(properties[name]) && !/^(total|page|per_?page|page_?size|limit|offset|next|prev|.*cursor|.*total|.*count)$/i.test(name));
  if (!shown.length) return null;
  return <p class="summary">{shown.map((name) => <span key={name}>{title(name)}: <strong><Scalar name={name} value={body[name]} schema={properties[name]} /></strong></span>)}</p>;
}

const isSort = ({ name, schema }: Parameter): boolean => /^(sort|sortby|orderby|order|ordering)$/.test(plain(name)) && view(schema).enum !== undefined;

function sorting(operation: Operation, parameters: Fields, change: (next: Fields) => void) {
  const parameter = operation.parameters.find(isSort);
  return parameter && {
    value: String(parameters[parameter.key] ?? ""),
    values: view(parameter.schema).enum!.map(String),
    change: (value: string) => change({ ...withoutPage(operation, parameters), [parameter.key]: value }),
  };
}

/** The parameters but the position in the list, which belongs to the filters that it was made for. */
function withoutPage(operation: Operation, parameters: Fields): Fields {
  const kept = operation.parameters.filter((parameter) => !isPaging(operation, parameter) || /size|per|limit/.test(plain(parameter.name)));
  return Object.fromEntries(kept.map(({ key }) => [key, parameters[key]]));
}

function Filters({ operation, parameters, change }: { operation: Operation; parameters: Fields; change: (next: Fields) => void }) {
  const shown = operation.parameters.filter((parameter) => parameter.in !== "path" && !isHandled(parameter) && (!isPaging(operation, parameter) || /size|per|limit/.test(plain(parameter.name))));
  const [values, setValues] = useState(parameters);
  const [faults, setFaults] = useState<Faults>(new Map());
  const key = JSON.stringify(parameters);
  useEffect(() => setValues(parameters), [key]);
  if (!shown.length) return null;
  const active = shown.filter((parameter) => parameters[parameter.key] !== undefined).length;

  const submit = (event: Event) => {
    event.preventDefault();
    const next = withoutPage(operation, values);
    const wrong = check(operation, next, undefined, undefined);
    setFaults(wrong);
    if (!wrong.size) change(next);
  };
  return (
    <details class="filters" open={matchMedia("(min-width: 60rem)").matches}>
      <summary>Filters{active > 0 && <> <span class="chip">{active}</span></>}</summary>
      <form onSubmit={submit} noValidate>
        {shown.map((parameter) => (
          <Field
            key={parameter.key}
            name={parameter.name}
            schema={parameter.schema}
            description={parameter.description}
            value={values[parameter.key]}
            set={(value) => setValues((now) => ({ ...now, [parameter.key]: value }))}
            pointer={join(PARAMETERS, parameter.key)}
            required={parameter.required}
            faults={faults}
          />
        ))}
        <div class="actions">
          <button class="primary">Apply</button>
          {active > 0 && <button type="button" class="quiet" onClick={() => change(Object.fromEntries(pathParameters(operation).map(({ key }) => [key, parameters[key]])))}>Reset</button>}
        </div>
      </form>
    </details>
  );
}

function Pager({ pages, change }: { pages: Pages; change: (next: Fields) => void }) {
  if (pages.total === undefined && !pages.previous && !pages.next) return null;
  const position = pages.pages !== undefined ? `Page ${pages.page} of ${pages.pages}` : pages.page !== undefined ? `Page ${pages.page}` : "";
  return (
    <nav class="pager" aria-label="Pages">
      <span class="muted">{[pages.total !== undefined && `${pages.total.toLocaleString()} in total`, position].filter(Boolean).join(" · ")}</span>
      <button type="button" disabled={!pages.previous} onClick={() => change(pages.previous!)}>Previous</button>
      <button type="button" disabled={!pages.next} onClick={() => change(pages.next!)}>Next</button>
    </nav>
  );
}
