// Values as people read them: dates in local time, booleans and listed values as chips, ids in mono, secrets once.

import { useMemo, useState } from "preact/hooks";
import { renderSVG } from "uqr";
import { Fields, isObject, Node, title } from "../document/json";
import type { Target } from "../document/links";
import { isSecret, view } from "../document/schema";
import { address } from "../router";
import { Copy } from "../ui/Copy";

const GOOD = new Set(["active", "succeeded", "success", "ready", "healthy", "published", "ok", "enabled", "paid", "completed", "available"]);
const BAD = new Set(["failed", "failing", "error", "inactive", "disabled", "rejected", "gone", "cancelled"]);
const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** How long ago, for the last month. */
function ago(date: Date): string {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS[3];
  return Math.abs(seconds) > 30 * 86_400 ? "" : relative.format(Math.round(seconds / size), unit);
}

/** A date in a format. Other texts are shown as they are. */
export function dateText(format: Intl.DateTimeFormat, value: unknown): string {
  const date = new Date(typeof value === "string" ? value : NaN);
  return Number.isNaN(date.getTime()) ? String(value ?? "—") : format.format(date);
}

export function Instant({ text, long }: { text: string; long?: boolean }) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return <>{text}</>;
  const near = long ? ago(date) : "";
  return <time dateTime={text} title={text}>{times.format(date)}{near && <span class="muted"> · {near}</span>}</time>;
}

/** One scalar, or a list of scalars. */
export function Scalar({ name, value, schema, long = false }: { name: string; value: unknown; schema: Node; long?: boolean }) {
  const found = view(schema);
  if (value === null || value === undefined || value === "") return <span class="muted">—</span>;
  if (Array.isArray(value)) return <span class="chips">{value.map((item, index) => <Scalar key={index} name={name} value={item} schema={found.items ?? {}} />)}</span>;
  if (typeof value === "boolean") return <span class={`chip ${value ? "good" : "muted"}`}>{value ? "Yes" : "No"}</span>;
  if (typeof value === "object") return <code class="wrap">{JSON.stringify(value)}</code>;
  const text = String(value);
  if (found.enum) return <span class={`chip ${GOOD.has(text) ? "good" : BAD.has(text) ? "bad" : ""}`}>{text}</span>;
  if (found.format === "date-time") return <Instant text={text} long={long} />;
  if (found.format === "date") return <time dateTime={text}>{dateText(days, text)}</time>;
  if (/^https?:\/\//.test(text) && /^ur[il]/.test(found.format)) return <a href={text} rel="noreferrer" target="_blank">{text}</a>;
  if (isIdentifier(name, text)) return <span class="mono" title={text}>{long || text.length <= 24 ? text : `${text.slice(0, 12)}…`}{long && <Copy text={text} label={`Copy ${title(name)}`} />}</span>;
  return <>{!long && text.length > 40 ? `${text.slice(0, 40)}…` : text}</>;
}

const isIdentifier = (name: string, text: string): boolean => /(^|_)(id|uuid|key|hash|slug|token|address|sequence)s?$|I[dD]$/.test(name) || /^[0-9a-f-]{32,}$|^[a-z]+_[0-9a-zA-Z]{20,}$/.test(text);

type References = Map<string, (value: unknown) => Target>;

/** The fields of an object with their names. */
export function Details({ value, schema, references, once = false }: { value: Fields; schema: Node; references?: References; once?: boolean }) {
  const { properties } = view(schema);
  const names = [...new Set([...Object.keys(properties).filter((name) => name in value), ...Object.keys(value)])];
  return (
    <dl class="details">
      {names.map((name) => (
        <div key={name}>
          <dt>{title(name)}</dt>
          <dd><Member name={name} value={value[name]} schema={properties[name] ?? {}} target={references?.get(name)?.(value[name])} once={once} /></dd>
        </div>
      ))}
    </dl>
  );
}

function Member({ name, value, schema, target, once }: { name: string; value: unknown; schema: Node; target?: Target; once: boolean }) {
  const found = view(schema);
  if (once && value && isSecret(name, schema)) return <Secret name={name} value={value} />;
  if (once && typeof value === "string" && value.startsWith("otpauth:")) return <Code text={value} />;
  if (target && value !== null) return <a href={address(target.operation.id, target.parameters)}><Scalar name={name} value={value} schema={schema} /></a>;
  if (isObject(value)) return Object.keys(value).length ? <Details value={value} schema={schema} once={once} /> : <span class="muted">—</span>;
  if (Array.isArray(value) && value.some((item) => typeof item === "object")) return <Items items={value} schema={found.items ?? {}} />;
  return <Scalar name={name} value={value} schema={schema} long />;
}

/** A value that will not be shown again. */
function Secret({ name, value }: { name: string; value: unknown }) {
  const [shown, setShown] = useState(false);
  const lines = [value].flat().map(String);
  return (
    <div class="secret">
      <pre>{shown ? lines.join("\n") : "•".repeat(24)}</pre>
      <div class="actions">
        <button type="button" onClick={() => setShown(!shown)}>{shown ? "Hide" : "Show"}</button>
        <Copy text={lines.join("\n")} label={`Copy ${title(name)}`} />
      </div>
      <p class="warning">Shown only once: store it in a safe place.</p>
    </div>
  );
}

/** The address for authenticator apps, as a QR code. */
function Code({ text }: { text: string }) {
  const image = useMemo(() => `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { border: 2 }))}`, [text]);
  return (
    <div class="secret">
      <img class="code" src={image} alt="QR code for an authenticator app" width="180" height="180" />
      <Copy text={text} label="Copy the URL" />
    </div>
  );
}

function Items({ items, schema }: { items: unknown[]; schema: Node }) {
  const objects = items.filter(isObject);
  if (objects.length < items.length) return <pre>{JSON.stringify(items, null, 2)}</pre>;
  const { properties } = view(schema);
  const names = [...new Set([...Object.keys(properties), ...objects.flatMap(Object.keys)])].slice(0, 6);
  const first = objects.slice(0, 20);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Items">
      <table>
        <thead><tr>{names.map((name) => <th key={name} scope="col">{title(name)}</th>)}</tr></thead>
        <tbody>
          {first.map((item, row) => <tr key={row}>{names.map((name) => <td key={name}><Scalar name={name} value={item[name]} schema={properties[name] ?? {}} /></td>)}</tr>)}
        </tbody>
      </table>
      {objects.length > first.length && <p class="muted">{`and ${objects.length - first.length} more`}</p>}
    </div>
  );
}

/** The body of any response. */
export function Result({ body, schema, references, once }: { body: unknown; schema: Node; references?: References; once?: boolean }) {
  if (body === undefined) return null;
  if (body instanceof Blob) return <File blob={body} />;
  if (isObject(body)) return <Details value={body} schema={schema} references={references} once={once} />;
  if (Array.isArray(body) && body.length && body.every(isObject)) return <Items items={body} schema={view(schema).items ?? {}} />;
  return <pre>{typeof body === "string" ? body : JSON.stringify(body, null, 2)}</pre>;
}

function File({ blob }: { blob: Blob }) {
  const url = useMemo(() => URL.createObjectURL(blob), [blob]);
  return (
    <div>
      {blob.type.startsWith("image/") && <img class="picture" src={url} alt="Response" />}
      <p><a class="button" href={url} download>{`Download (${blob.type || "file"}, ${blob.size} bytes)`}</a></p>
    </div>
  );
}
