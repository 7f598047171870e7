// Inputs of scalar values, and of lists of listed values.

import { useEffect, useState } from "preact/hooks";
import { title } from "../document/json";
import { fromText, type View, view } from "../document/schema";
import { described, Help, identifier, Label, labelOf, type FieldProps } from "./parts";

export function InputField(props: FieldProps) {
  const found = view(props.schema);
  return (
    <div class="field">
      <Label props={props} />
      {found.enum || found.types[0] === "boolean" ? <Choice {...props} /> : <Input {...props} found={found} />}
      <Help props={props} />
    </div>
  );
}

/** One of the listed values; `null` and "not set" are choices where the schema allows them. */
function Choice(props: FieldProps) {
  const found = view(props.schema);
  const values: unknown[] = found.enum ?? [true, false];
  const shown = (value: unknown) => (value === true ? "Yes" : value === false ? "No" : String(value));
  const change = (text: string) => props.set(text === "" ? undefined : text === "null" ? null : values[Number(text)]);
  const selected = props.value === null ? "null" : values.indexOf(props.value);
  return (
    <select {...described(props)} value={selected === -1 ? "" : String(selected)} disabled={props.readOnly} onChange={(event) => change(event.currentTarget.value)}>
      {(!props.required || props.value === undefined) && <option value="">—</option>}
      {found.nullable && <option value="null">None</option>}
      {values.map((value, index) => <option key={index} value={String(index)}>{shown(value)}</option>)}
    </select>
  );
}

const TYPES: Record<string, string> = { email: "email", date: "date", "date-time": "datetime-local", password: "password" };

function Input({ found, ...props }: FieldProps & { found: View }) {
  const [text, setText] = useState(toText(props.value, found));
  // A value that somebody else has set replaces the text; what is typed stays as it is typed.
  useEffect(() => {
    if (toValue(text, props, found) !== props.value) setText(toText(props.value, found));
  }, [props.value]);

  if (found.format === "binary" || found.node.contentMediaType) return <FileInput {...props} />;
  const type: string = TYPES[found.format] ?? "text";
  const change = (value: string) => {
    setText(value);
    props.set(toValue(value, props, found));
  };
  const shared = { ...described(props), value: text, readOnly: props.readOnly, spellcheck: false };
  const structured = found.types.length === 0 && !found.alternatives.length;
  if (structured || (type === "text" && isLong(found) && !/ur[il]$/i.test(props.name))) {
    return (
      <>
        <textarea {...shared} class={structured ? "mono" : ""} rows={structured ? 3 : 5} spellcheck={!structured} onInput={(event) => change(event.currentTarget.value)} />
        {found.node.maxLength && text.length > found.node.maxLength * 0.8 && <div class="help">{`${[...text].length} of ${found.node.maxLength}`}</div>}
      </>
    );
  }
  const numeric = ["integer", "number"].includes(found.types[0]);
  return (
    <input
      {...shared}
      type={type as "text"}
      step={found.format === "date-time" ? 1 : undefined}
      inputMode={numeric ? (found.types[0] === "integer" ? "numeric" : "decimal") : undefined}
      autoComplete={autocomplete(props, type)}
      autoCapitalize="none"
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}

function isLong({ node, types, format }: View): boolean {
  return types[0] === "string" && (format === "textarea" || (!format && (node.maxLength ?? 0) > 300 && (node.minLength ?? 0) < 20));
}

function autocomplete({ name, pointer }: FieldProps, type: string): string {
  if (type === "password") return /current|^password$/.test(name) && !pointer.includes("new") ? "current-password" : "new-password";
  if (/^(user_?name|identifier|login)$/i.test(name)) return "username";
  if (/totp|otp|code/i.test(name)) return "one-time-code";
  return type === "email" ? "email" : "off";
}

function toText(value: unknown, found: View): string {
  if (value === undefined || value === null) return "";
  if (found.format === "date-time" && typeof value === "string") return local(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function toValue(text: string, props: FieldProps, found: View): unknown {
  if (text === "") {
    // Clearing a field that may be null sets it to null; one that must be there is an empty text.
    if (found.nullable && (props.required || props.value !== undefined)) return null;
    return props.required && found.types[0] === "string" && !found.node.minLength ? "" : undefined;
  }
  if (found.format === "date-time") {
    if (props.value && text === local(String(props.value))) return props.value;
    return Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString().replace(".000Z", "Z");
  }
  if (found.types.length === 0 && !found.alternatives.length) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return fromText(text, props.schema);
}

/** An instant as an input of local time has it. */
function local(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function FileInput(props: FieldProps) {
  return <input {...described(props)} type="file" onChange={(event) => props.set(event.currentTarget.files?.[0])} />;
}

export function CheckboxField(props: FieldProps) {
  return (
    <div class="field">
      <label class="check">
        <input {...described(props)} type="checkbox" checked={props.value === true} onChange={(event) => props.set(event.currentTarget.checked)} />
        {labelOf(props)}
      </label>
      <Help props={props} />
    </div>
  );
}

/** A list of listed values: a checkbox for each. */
export function ChoicesField(props: FieldProps) {
  const values = view(view(props.schema).items).enum ?? [];
  const chosen = Array.isArray(props.value) ? props.value : [];
  const change = (value: unknown, checked: boolean) => {
    const next = values.filter((other) => (other === value ? checked : chosen.includes(other)));
    props.set(next.length || props.required ? next : undefined);
  };
  const { "aria-describedby": description, id } = described(props);
  return (
    <fieldset class="field choices" aria-describedby={description} id={id} tabIndex={-1}>
      <legend>{labelOf(props)}{props.required && <span class="required">{" *"}</span>}</legend>
      <div class="options">
        {values.map((value, index) => (
          <label class="check" key={index} htmlFor={`${identifier(props.pointer)}-${index}`}>
            <input id={`${identifier(props.pointer)}-${index}`} type="checkbox" checked={chosen.includes(value)} onChange={(event) => change(value, event.currentTarget.checked)} />
            {typeof value === "string" ? value : title(String(value))}
          </label>
        ))}
      </div>
      <Help props={props} />
    </fieldset>
  );
}
