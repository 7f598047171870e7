// How many items of a list there were on each of the last days: the total of the list, once for each day.

import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { isAllowed } from "../api/session";
import { type Fields, plain } from "../document/json";
import { type API, type Operation, type Parameter, resultSchema } from "../document/model";
import { listing, listName, pathParameters } from "../document/relations";
import { view } from "../document/schema";
import { address } from "../router";
import { pagesOf, pagingOf, totalOf } from "./paging";

const DAYS = 14;
const DAY = 86_400_000; // milliseconds

interface Range {
  from: Parameter;
  to: Parameter;
}

/** The parameters that limit a list to a time, if its response also has a total. */
export function rangeOf(operation: Operation): Range | undefined {
  const dated = operation.parameters.filter(({ in: place, schema }) => place === "query" && view(schema).format.startsWith("date"));
  const from = dated.find(({ name }) => /(after|since|from|start)$/.test(plain(name)));
  const to = dated.find(({ name }) => /(before|until|to|end)$/.test(plain(name)));
  const counted = listing(operation) && Object.keys(view(resultSchema(operation)).properties).some((name) => totalOf({ [name]: 1 }) !== undefined);
  return from && to && counted ? { from, to } : undefined;
}

const asText = (parameter: Parameter, day: number): string => {
  const text = new Date(day).toISOString();
  return view(parameter.schema).format === "date" ? text.slice(0, 10) : text.replace(".000Z", "Z");
};

async function count(operation: Operation, { from, to }: Range, filters: Fields, day: number): Promise<number> {
  const { size } = pagingOf(operation);
  const parameters = { ...filters, [from.key]: asText(from, day), [to.key]: asText(to, day + DAY), ...(size && { [size.key]: 1 }) };
  const { body } = await call(operation, { parameters });
  return pagesOf({ operation, parameters, body }).total ?? 0;
}

export function Chart({ operation, filters = {} }: { operation: Operation; filters?: Fields }) {
  const [counts, setCounts] = useState<number[] | null>();
  const today = Math.floor(Date.now() / DAY) * DAY;
  const days = Array.from({ length: DAYS }, (_, index) => today - (DAYS - 1 - index) * DAY);
  const key = JSON.stringify(filters);
  useEffect(() => {
    let current = true;
    const range = rangeOf(operation)!;
    Promise.all(days.map((day) => count(operation, range, filters, day))).then(
      (found) => current && setCounts(found),
      () => current && setCounts(null),
    );
    return () => {
      current = false;
    };
  }, [operation.id, key]);
  if (counts === null) return <p class="muted">There are no numbers to show.</p>;
  return <Bars days={days} counts={counts ?? days.map(() => 0)} busy={counts === undefined} />;
}

const WIDTH = 24;
const HEIGHT = 96;
const short = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });

function Bars({ days, counts, busy }: { days: number[]; counts: number[]; busy: boolean }) {
  const most = Math.max(...counts, 1);
  const sum = counts.reduce((total, each) => total + each, 0);
  return (
    <figure class="chart" aria-busy={busy}>
      <svg viewBox={`0 0 ${days.length * WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${sum} in ${days.length} days, at most ${most} on one day`}>
        {counts.map((each, index) => {
          const height = Math.max((each / most) * HEIGHT, 1);
          return (
            <rect key={index} x={index * WIDTH + 3} y={HEIGHT - height} width={WIDTH - 6} height={height}>
              <title>{`${short.format(days[index])}: ${each}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <span>{short.format(days[0])}</span>
        <strong>{busy ? "…" : `${sum.toLocaleString()} in ${days.length} days`}</strong>
        <span>{short.format(days.at(-1))}</span>
      </figcaption>
    </figure>
  );
}

/** The charts of the first screen: of each list that can be counted by day and needs nothing else. */
export function Charts({ api }: { api: API }) {
  const lists = [...api.operations.values()].filter((operation) => pathParameters(operation).length === 0 && isAllowed(operation) && rangeOf(operation));
  if (!lists.length) return null;
  return (
    <section class="charts" aria-label="Charts">
      {lists.slice(0, 4).map((operation) => (
        <div class="card" key={operation.id}>
          <h2><a href={address(operation.id)}>{listName(operation)}</a></h2>
          <Chart operation={operation} />
        </div>
      ))}
    </section>
  );
}
