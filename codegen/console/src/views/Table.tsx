// The items of a list as a table: columns from the schema of an item, each row with its address and its actions.

import { useState } from "preact/hooks";
import { Fields, Node, plain, title } from "../document/json";
import { references } from "../document/links";
import type { API, Operation } from "../document/model";
import { detailOf, itemActions, pathParameters } from "../document/relations";
import { isScalar, view } from "../document/schema";
import { address } from "../router";
import { Dialog } from "../ui/Confirm";
import { Details, Scalar } from "./Value";
import { Action } from "./screen";

const MOST_COLUMNS = 10; // of the width of a number
/** Longer texts are for the screen of the item. */
const LONGEST_TEXT = 300; // characters
const DULL = /^(version|etag|hash|_links|links|sequence)$/;

interface Props {
  api: API;
  operation: Operation;
  parameters: Fields;
  items: Fields[];
  item: Node;
  sort?: { value: string; change: (value: string) => void; values: string[] };
  changed: () => void;
}

export function Table({ api, operation, parameters, items, item, sort, changed }: Props) {
  const [opened, setOpened] = useState<Fields>();
  const detail = detailOf(api, operation);
  const linked = references(api, detail);
  const names = columns(item, items, operation);
  const { properties } = view(item);
  const actions = opened ? itemActions(api, operation, parameters, opened) : [];
  const row = (values: Fields) => itemActions(api, operation, parameters, values).find((target) => target.operation === detail);

  return (
    <>
      <table class="list">
        <caption class="hidden">{operation.summary}</caption>
        <thead>
          <tr>{names.map((name) => <Column key={name} name={name} sort={sort} />)}</tr>
        </thead>
        <tbody>
          {items.map((values, index) => (
            <tr key={index}>
              {names.map((name, column) => {
                const cell = <Scalar name={name} value={values[name]} schema={properties[name] ?? {}} />;
                const target = column === 0 ? row(values) : values[name] !== null ? linked.get(name)?.(values[name]) : undefined;
                return (
                  <td key={name} data-label={title(name)}>
                    {target ? <a href={address(target.operation.id, target.parameters)}>{cell}</a> : column === 0 ? <button type="button" class="link" onClick={() => setOpened(values)}>{cell}</button> : cell}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {opened && (
        <Dialog title={view(item).name || "Item"} wide close={() => setOpened(undefined)}>
          <Details value={opened} schema={item} references={linked} />
          <div class="actions">
            {actions.map((target) => <Action key={target.operation.id} target={target} done={() => { setOpened(undefined); changed(); }} />)}
          </div>
        </Dialog>
      )}
    </>
  );
}

function Column({ name, sort }: { name: string; sort: Props["sort"] }) {
  const ascending = sort?.values.find((value) => plain(value) === plain(name) && !value.startsWith("-"));
  const descending = sort?.values.find((value) => value.startsWith("-") && plain(value) === plain(name));
  if (!sort || !ascending) return <th scope="col">{title(name)}</th>;
  const state = sort.value === ascending ? "ascending" : sort.value === descending ? "descending" : undefined;
  const next = state === "ascending" && descending ? descending : ascending;
  return (
    <th scope="col" aria-sort={state ?? "none"}>
      <button type="button" class="link" onClick={() => sort.change(next)}>{title(name)} {state === "ascending" ? "↑" : state === "descending" ? "↓" : "↕"}</button>
    </th>
  );
}

/** The columns that tell items apart: scalars and lists of them, without what is the same in every row. */
function columns(item: Node, items: Fields[], operation: Operation): string[] {
  const { properties } = view(item);
  const names = Object.keys(properties).length ? Object.keys(properties) : [...new Set(items.flatMap(Object.keys))];
  const given = new Set(pathParameters(operation).map(({ name }) => name));
  const simple = (name: string) => {
    const schema = properties[name];
    if (schema && (view(schema).node.maxLength ?? 0) >= LONGEST_TEXT) return false;
    return !schema || isScalar(schema) || (view(schema).types[0] === "array" && isScalar(view(schema).items ?? {}));
  };
  const useful = names.filter((name) => simple(name) && !DULL.test(name) && !given.has(name));
  const ranked = [...useful].sort((one, other) => Number(isOpaque(properties[one])) - Number(isOpaque(properties[other])));
  let left = MOST_COLUMNS;
  return (useful.length ? ranked : names).filter((name) => (left -= width(properties[name])) >= 0);
}

/** How many columns of numbers a column takes the room of. */
function width(schema: Node): number {
  const { types, format, node } = view(schema ?? {});
  return format.startsWith("date") || types[0] === "array" || isOpaque(schema) || (node.maxLength ?? 0) > 100 ? 2 : 1;
}

/** A long identifier, which nobody reads: it comes last. */
function isOpaque(schema: Node): boolean {
  const { types, node, format } = view(schema ?? {});
  return types[0] === "string" && (format === "uuid" || (node.minLength ?? 0) >= 30 || /\{3\d,?\}\$$/.test(node.pattern ?? ""));
}
