// A list with a text and numbers as a table: grouped by the text, the greatest first, each number with a bar.

import { useState } from "preact/hooks";
import { Fields, grouped, Node, plain, title } from "../document/json";
import type { API } from "../document/model";
import { isCount, isQuantity, view } from "../document/schema";
import { address } from "../router";
import { Scalar } from "./Value";

const FIRST = 6; // groups that are shown at first

interface Props {
  api: API;
  name: string;
  items: Fields[];
  item: Node;
}

export function Ranking({ api, name, items, item }: Props) {
  const { properties } = view(item);
  const names = Object.keys(properties);
  const label = names.find((column) => view(properties[column]).types[0] === "string")!;
  const columns = names.filter((column) => column !== label);
  const quantities = columns.filter((column) => isQuantity(properties[column]) && !isStatus(column));
  const [sorted, setSorted] = useState(quantities[0]);
  const [all, setAll] = useState(false);

  const number = (values: Fields, column: string) => Number(values[column]) || 0;
  const most = Object.fromEntries(quantities.map((column) => [column, Math.max(...items.map((values) => number(values, column)), 1)]));
  // Counts of a group add up; of other numbers, such as durations, the greatest counts.
  const rank = (group: Fields[]) => {
    const numbers = group.map((values) => number(values, sorted));
    return isCount(properties[sorted]) ? numbers.reduce((sum, each) => sum + each, 0) : Math.max(...numbers);
  };
  const ordered = [...items].sort((one, other) => number(other, sorted) - number(one, sorted));
  const groups = [...grouped(ordered, (values) => String(values[label]))].sort(([, one], [, other]) => rank(other) - rank(one));
  return (
    <>
      <table class="ranking">
        <caption class="hidden">{title(name)}</caption>
        <thead>
          <tr>
            <th scope="col">{title(label)}</th>
            {columns.map((column) => quantities.includes(column) ? (
              <th key={column} scope="col" aria-sort={column === sorted ? "descending" : "none"}>
                <button type="button" class="link" onClick={() => setSorted(column)}>{title(column)} {column === sorted ? "↓" : "↕"}</button>
              </th>
            ) : <th key={column} scope="col">{title(column)}</th>)}
          </tr>
        </thead>
        {groups.slice(0, all ? groups.length : FIRST).map(([text, rows]) => (
          <tbody key={text}>
            {rows.map((values, index) => (
              <tr key={index}>
                {index === 0 && <th scope="rowgroup" rowSpan={rows.length}>{api.operations.has(text) ? <a href={address(text)}>{text}</a> : text}</th>}
                {columns.map((column) => (
                  <td key={column} class={quantities.includes(column) ? "quantity" : ""} data-label={title(column)}>
                    {quantities.includes(column) ? <Quantity value={number(values, column)} most={most[column]} /> : isStatus(column) ? <Status value={number(values, column)} /> : <Scalar name={column} value={values[column]} schema={properties[column]} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
      {groups.length > FIRST && <p><button type="button" class="quiet" aria-expanded={all} onClick={() => setAll(!all)}>{all ? "Show fewer" : `Show all ${groups.length}`}</button></p>}
    </>
  );
}

function Quantity({ value, most }: { value: number; most: number }) {
  return (
    <span>
      <span class="number">{value.toLocaleString(undefined, { maximumFractionDigits: 1 })}</span>
      <svg aria-hidden="true"><rect width={`${(value / most) * 100}%`} height="100%" /></svg>
    </span>
  );
}

const isStatus = (name: string): boolean => /^(http)?status(code)?$/.test(plain(name));

const CLASSES: Record<number, [string, string]> = {
  1: ["informational", "muted"],
  2: ["success", "good"],
  3: ["redirection", "muted"],
  4: ["client error", "warning"],
  5: ["server error", "bad"],
};

/** The status of a response, with its class in words. */
function Status({ value }: { value: number }) {
  const [text, colour] = CLASSES[Math.floor(value / 100)] ?? ["", ""];
  return <span class={`chip ${colour}`}>{`${value} ${text}`}</span>;
}
