// The operation with the role `overview`: its response as figures on the first screen, drawn by its schema alone.

import { roles } from "../api/client";
import { isAllowed, session } from "../api/session";
import { Fields, isObject, Node, opening, title } from "../document/json";
import { type API, answerOf, isJSON, type Operation } from "../document/model";
import { isCount, isQuantity, view } from "../document/schema";
import { Markdown } from "../ui/Markdown";
import { DayCharts } from "./DayCharts";
import { Ranking } from "./Ranking";
import { Details, Result } from "./Value";
import { Trouble, useReply } from "./screen";

export function Overview({ api }: { api: API }) {
  const operation = roles.overview;
  // A user who may not use the operation is refused once, and then sees no figures.
  return operation && isAllowed(operation) && !session.value.overviewRefused ? <Loaded api={api} operation={operation} /> : null;
}

function Loaded({ api, operation }: { api: API; operation: Operation }) {
  const { reply, failure } = useReply(operation, {});
  if (failure) return <Trouble failure={failure} />;
  if (!reply) return <p class="muted" role="status">Loading…</p>;
  return <Figures api={api} body={reply.body} schema={answerOf(operation, reply.status)?.contents.find(({ media }) => isJSON(media))?.schema ?? {}} />;
}

/** The property with the dates of a list that has integers: the only one with this format. */
function dateOf(item: Node): string | undefined {
  const properties = Object.entries(view(item).properties);
  const dates = properties.filter(([, property]) => view(property).format === "date");
  return dates.length === 1 && properties.some(([, property]) => isCount(property)) ? dates[0][0] : undefined;
}

/** Lists by date as bar charts, lists with a text and numbers as tables with bars, and everything else by name. */
export function Figures({ api, body, schema }: { api: API; body: unknown; schema: Node }) {
  const values: Fields = isObject(body) ? body : { result: body };
  const properties: Record<string, Node> = isObject(body) ? view(schema).properties : { result: schema };
  const lists = Object.keys(properties).filter((name) => Array.isArray(values[name]));
  // `requests_since` is about `requests`.
  const about = (list: string, name: string) => name.startsWith(`${list}_`);
  const others = Object.keys(values).filter((name) => !lists.includes(name) && !lists.some((list) => about(list, name)));
  return (
    <section class="figures" aria-label="Figures">
      {lists.map((name) => {
        const item = view(properties[name]).items ?? {};
        const list = values[name] as unknown[];
        const items = list.filter(isObject);
        const date = dateOf(item);
        const details = <Details value={only(values, (other) => about(name, other))} schema={schema} />;
        if (date !== undefined && items.length > 0) return <DayCharts key={name} name={name} items={items} item={item} date={date} details={details} />;
        return (
          <div class="card" key={name}>
            <h2>{title(name)}</h2>
            <About text={opening(view(properties[name]).description)} open={list.length === 0} />
            {details}
            {list.length === 0 ? <p class="empty">Nothing here.</p> : isRanking(item) ? <Ranking api={api} name={name} items={items} item={item} /> : <Result body={list} schema={properties[name]} />}
          </div>
        );
      })}
      {others.length > 0 && <div class="card"><Details value={only(values, (name) => others.includes(name))} schema={schema} /></div>}
    </section>
  );
}

/** The description of a list. Open when the list is empty, because the description may say why. */
function About({ text, open }: { text: string; open: boolean }) {
  if (!text) return null;
  return <details class="about" open={open}><summary>About these numbers</summary><p><Markdown inline text={text} /></p></details>;
}

function isRanking(item: Node): boolean {
  const properties = Object.values(view(item).properties);
  return properties.some((property) => view(property).types[0] === "string") && properties.some(isQuantity);
}

function only(values: Fields, wanted: (name: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(values).filter(([name]) => wanted(name)));
}
