// What every field has: its label, what the document says about it, and what is wrong with it.

import type { ComponentChildren } from "preact";
import { Node, opening, title } from "../document/json";
import { type View, view } from "../document/schema";
import type { Faults } from "../document/validate";
import { Markdown } from "../ui/Markdown";

export interface FieldProps {
  schema: Node;
  name: string;
  value: unknown;
  set: (value: unknown) => void;
  /** Where the value is: identifies the input, and finds its faults. */
  pointer: string;
  required: boolean;
  faults: Faults;
  readOnly?: boolean;
  /** The name of the value, if the property's name is none for people. */
  label?: string;
  /** What the parameter says; instead of what its schema says. */
  description?: string;
}

export const labelOf = ({ label, name }: FieldProps): string => label ?? title(name);
export const identifier = (pointer: string): string => `field-${pointer}`;
export const texts = (faults: Faults, pointer: string): string[] => faults.get(pointer) ?? [];

/** What an input says about itself to those who cannot see it. */
export function described({ pointer, faults }: FieldProps) {
  const id = identifier(pointer);
  return { id, "aria-invalid": texts(faults, pointer).length > 0 || undefined, "aria-describedby": `${id}-help ${id}-error` };
}

export function Label({ props, children }: { props: FieldProps; children?: ComponentChildren }) {
  return (
    <label htmlFor={identifier(props.pointer)}>
      {labelOf(props)}
      {props.required && <span class="required" title="Required">{" *"}</span>}
      {children}
    </label>
  );
}

export function Help({ props }: { props: FieldProps }) {
  const found = view(props.schema);
  const id = identifier(props.pointer);
  const description = opening(props.description || found.description);
  const hint = bounds(found);
  return (
    <>
      <div class="help" id={`${id}-help`}>
        {description && <Markdown text={description} inline />}
        {hint && <span>{description ? ` · ${hint}` : hint}</span>}
      </div>
      <div class="error" id={`${id}-error`}>
        {texts(props.faults, props.pointer).map((text) => <div key={text}>{`${labelOf(props)} ${text}`}</div>)}
      </div>
    </>
  );
}

const range = (least: unknown, most: unknown, unit: string): string => {
  if (least !== undefined && most !== undefined) return least === most ? `${least}${unit}` : `${least} to ${most}${unit}`;
  if (least !== undefined) return `at least ${least}${unit}`;
  return most === undefined ? "" : `at most ${most}${unit}`;
};

/** The bounds of the schema in words. */
export function bounds({ node, types, format, enum: values }: View): string {
  if (values || ["date-time", "date", "time", "uuid"].includes(format)) return "";
  const least = node.minLength || undefined;
  const numbers = ["integer", "number"].includes(types[0]);
  const unlimited = (bound: unknown) => (typeof bound === "number" && Math.abs(bound) >= 2 ** 31 - 1 ? undefined : bound);
  const parts = [
    range(least, node.maxLength, " characters"),
    numbers ? range(unlimited(node.minimum), unlimited(node.maximum), "") : "",
    node.exclusiveMinimum !== undefined ? `more than ${node.exclusiveMinimum}` : "",
    node.exclusiveMaximum !== undefined ? `less than ${node.exclusiveMaximum}` : "",
    node.multipleOf && node.multipleOf !== 1 ? `a multiple of ${node.multipleOf}` : "",
    range(node.minItems || undefined, unlimited(node.maxItems), " items"),
    // Only a pattern that people can read.
    node.pattern && node.pattern.length <= 40 && !node.pattern.includes("\\u") ? `pattern ${node.pattern}` : "",
  ];
  return parts.filter(Boolean).join(" · ");
}
