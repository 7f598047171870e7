// One value of a form, whatever its schema: objects, lists, maps and choices between schemas contain fields again.

import { useState } from "preact/hooks";
import { answer, arePasskeysSupported, credentialProperty } from "../api/passkey";
import { at, Fields, isObject, join, Node, title } from "../document/json";
import { initial, initialObject } from "../document/sample";
import { isScalar, view } from "../document/schema";
import { faults } from "../document/validate";
import { CheckboxField, ChoicesField, InputField } from "./inputs";
import { type FieldProps, Help, identifier, Label, labelOf } from "./parts";

export function Field(props: FieldProps) {
  const found = view(props.schema);
  const { alternatives, types } = found;
  if (found.enum?.length === 1 && props.required && props.value === found.enum[0]) return null;
  if (alternatives.length && !isScalar(props.schema)) return <AlternativesField {...props} />;
  if (types[0] === "object") {
    if (Object.keys(found.properties).length) return <ObjectField {...props} />;
    if (found.additional !== undefined || !found.node.properties) return <MapField {...props} />;
  }
  if (types[0] === "array" && found.items) {
    return view(found.items).enum ? <ChoicesField {...props} /> : <ListField {...props} />;
  }
  if (types[0] === "boolean" && types.length === 1 && !found.nullable && (props.required || found.default !== undefined)) {
    return <CheckboxField {...props} />;
  }
  return <InputField {...props} />;
}

/** The fields of an object, without a frame: the body of a form. */
export function Properties(props: FieldProps & { only?: (name: string) => boolean }) {
  const found = view(props.schema);
  const value = isObject(props.value) ? props.value : {};
  const credential = arePasskeysSupported() ? credentialProperty(props.schema) : undefined;
  const set = (name: string, member: unknown) => {
    const { [name]: _, ...others } = value;
    props.set(member === undefined ? others : { ...others, [name]: member });
  };
  const shown = Object.entries(found.properties).filter(([name, schema]) => {
    const answered = credential !== undefined && (name === credential || /challenge/i.test(name));
    return !view(schema).readOnly && !answered && (props.only?.(name) ?? true);
  });
  return (
    <>
      {shown.map(([name, schema]) => (
        <Field
          key={name}
          name={name}
          schema={schema}
          value={value[name]}
          set={(member) => set(name, member)}
          pointer={join(props.pointer, name)}
          required={found.required.has(name)}
          faults={props.faults}
          readOnly={props.readOnly}
        />
      ))}
      {credential && <PasskeyButton schema={props.schema} done={at(value[credential], "/response/clientDataJSON") !== undefined} set={(part) => props.set({ ...value, ...part })} />}
    </>
  );
}

function PasskeyButton({ schema, done, set }: { schema: Node; done: boolean; set: (part: Fields) => void }) {
  const [failure, setFailure] = useState("");
  const use = async () => {
    try {
      set(await answer(schema));
      setFailure("");
    } catch (error) {
      setFailure((error as Error).message);
    }
  };
  return (
    <div class="field">
      <button type="button" onClick={use}>{done ? "Passkey ready ✓" : "Use a passkey on this device"}</button>
      {failure && <div class="error">{failure}</div>}
    </div>
  );
}

function ObjectField(props: FieldProps) {
  const present = isObject(props.value);
  return (
    <fieldset class="field" id={identifier(props.pointer)} tabIndex={-1}>
      <legend>{labelOf(props)}{props.required && <span class="required">{" *"}</span>}</legend>
      {present && <Properties {...props} />}
      {!present && <button type="button" onClick={() => props.set(initialObject(view(props.schema)))}>{`Add ${labelOf(props).toLowerCase()}`}</button>}
      {present && !props.required && <button type="button" class="quiet" onClick={() => props.set(undefined)}>{`Remove ${labelOf(props).toLowerCase()}`}</button>}
      <Help props={props} />
    </fieldset>
  );
}

function ListField(props: FieldProps) {
  const { items, node } = view(props.schema);
  const value = Array.isArray(props.value) ? props.value : [];
  const label = (index: number) => `${labelOf(props)} ${index + 1}`;
  const change = (next: unknown[]) => props.set(next.length || props.required ? next : undefined);
  return (
    <fieldset class="field" id={identifier(props.pointer)} tabIndex={-1}>
      <legend>{labelOf(props)}{props.required && <span class="required">{" *"}</span>}</legend>
      {value.map((item, index) => (
        <div class="item" key={index}>
          <Field
            name={String(index)}
            label={label(index)}
            schema={items}
            value={item}
            set={(next) => change(value.map((other, place) => (place === index ? next : other)))}
            pointer={join(props.pointer, index)}
            required
            faults={props.faults}
          />
          <button type="button" class="quiet" aria-label={`Remove ${label(index)}`} onClick={() => change(value.filter((_, place) => place !== index))}>Remove</button>
        </div>
      ))}
      {value.length < (node.maxItems ?? Infinity) && <button type="button" onClick={() => change([...value, initial(items, true)])}>Add an item</button>}
      <Help props={props} />
    </fieldset>
  );
}

/** An object whose names are not listed: JSON, because anything may be in it. */
function MapField(props: FieldProps) {
  const [text, setText] = useState(props.value === undefined ? "" : JSON.stringify(props.value, null, 2));
  const change = (next: string) => {
    setText(next);
    try {
      props.set(next.trim() === "" ? undefined : JSON.parse(next));
    } catch {
      props.set(next);
    }
  };
  return (
    <div class="field">
      <Label props={props}><span class="muted"> JSON</span></Label>
      <textarea id={identifier(props.pointer)} class="mono" rows={4} spellcheck={false} value={text} onInput={(event) => change(event.currentTarget.value)} />
      <Help props={props} />
    </div>
  );
}

/** A choice between schemas; at first the one that the value matches. */
function AlternativesField(props: FieldProps) {
  const { alternatives } = view(props.schema);
  const [chosen, setChosen] = useState(() => alternatives.findIndex((option) => props.value !== undefined && faults(props.value, option).size === 0));
  const id = `${identifier(props.pointer)}-kind`;
  const change = (index: number) => {
    setChosen(index);
    props.set(index < 0 ? undefined : initial(alternatives[index], true));
  };
  return (
    <fieldset class="field">
      <legend>{labelOf(props)}{props.required && <span class="required">{" *"}</span>}</legend>
      <div class="field">
        <label htmlFor={id}>Type</label>
        <select id={id} value={String(chosen)} onChange={(event) => change(Number(event.currentTarget.value))}>
          <option value="-1">—</option>
          {alternatives.map((option, index) => <option key={index} value={String(index)}>{alternativeName(option, index)}</option>)}
        </select>
      </div>
      {chosen >= 0 && (
        <Field {...props} key={chosen} schema={alternatives[chosen]} pointer={props.pointer} required label={alternativeName(alternatives[chosen], chosen)} />
      )}
      <Help props={props} />
    </fieldset>
  );
}

function alternativeName(option: Node, index: number): string {
  const { name, types, enum: values } = view(option);
  return name || (values?.length === 1 ? String(values[0]) : types.length ? `${title(types.join(" or "))} (${index + 1})` : `Alternative ${index + 1}`);
}
