// A list of days as bar charts: one for each number of a day, and all of them as a table.

import type { ComponentChildren } from "preact";
import { Fields, Node, opening, title } from "../document/json";
import { isCount, view } from "../document/schema";
import { Markdown } from "../ui/Markdown";
import { dateText, Scalar } from "./Value";

interface Props {
  name: string;
  items: Fields[];
  item: Node;
  /** The property that has the date. */
  date: string;
  /** What else the response says about the list. */
  details: ComponentChildren;
}

export function DayCharts({ name, items, item, date, details }: Props) {
  const { properties } = view(item);
  const counted = Object.keys(properties).filter((property) => isCount(properties[property]));
  const dates = items.map((values) => dateText(format, values[date]));
  return (
    <div>
      <div class="charts">
        {counted.map((property) => (
          <div class="card" key={property}>
            <h2>{title(property)}</h2>
            <Bars name={title(property)} dates={dates} counts={items.map((values) => Number(values[property]) || 0)} />
          </div>
        ))}
      </div>
      {details}
      <details class="about">
        <summary>{`${title(name)} as a table`}</summary>
        <table>
          <thead><tr>{[date, ...counted].map((column) => <th key={column} scope="col">{title(column)}</th>)}</tr></thead>
          <tbody>
            {items.map((values, index) => (
              <tr key={index}>{[date, ...counted].map((column) => <td key={column}><Scalar name={column} value={values[column]} schema={properties[column]} /></td>)}</tr>
            ))}
          </tbody>
        </table>
        <dl class="details">
          {counted.map((property) => <div key={property}><dt>{title(property)}</dt><dd><Markdown inline text={opening(view(properties[property]).description)} /></dd></div>)}
        </dl>
      </details>
    </div>
  );
}

const WIDTH = 24;
const HEIGHT = 96;
const format = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });

function Bars({ name, dates, counts }: { name: string; dates: string[]; counts: number[] }) {
  const most = Math.max(...counts);
  const sum = counts.reduce((total, each) => total + each, 0);
  const days = dates.length === 1 ? "1 day" : `${dates.length} days`;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${dates.length * WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${sum} in ${days}, at most ${most} on one day`}>
        {counts.map((each, index) => {
          const height = Math.max((each / Math.max(most, 1)) * HEIGHT, 1);
          return (
            <rect key={index} x={index * WIDTH + 3} y={HEIGHT - height} width={WIDTH - 6} height={height}>
              <title>{`${dates[index]}: ${each}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <span>{dates[0]}</span>
        <strong>{`${sum.toLocaleString()} in ${days}`}</strong>
        <span>{dates.at(-1)}</span>
      </figcaption>
    </figure>
  );
}
