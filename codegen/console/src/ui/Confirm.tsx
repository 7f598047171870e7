// Dialogs: one that asks before something is destroyed, and the frame of all others.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Fields, title } from "../document/json";

const question = signal<{ text: string; about: Fields; done: (yes: boolean) => void } | undefined>(undefined);

/** Ask whether to go on. */
export function confirm(text: string, about: Fields = {}): Promise<boolean> {
  return new Promise((done) => (question.value = { text, about, done }));
}

export function ConfirmDialog() {
  const asked = question.value;
  if (!asked) return null;
  const close = (yes: boolean) => {
    question.value = undefined;
    asked.done(yes);
  };
  return (
    <Dialog title={`${asked.text}?`} close={() => close(false)}>
      <p>This cannot be undone.</p>
      <dl class="about">
        {Object.entries(asked.about).map(([name, value]) => <div key={name}><dt>{title(name)}</dt><dd class="mono">{String(value)}</dd></div>)}
      </dl>
      <div class="actions">
        <button class="danger" onClick={() => close(true)}>{asked.text}</button>
        <button onClick={() => close(false)}>Cancel</button>
      </div>
    </Dialog>
  );
}

export function Dialog({ title: text, close, children, wide }: { title: string; close: () => void; children: ComponentChildren; wide?: boolean }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog ref={element} class={wide ? "wide" : ""} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); close(); }}>
      <header>
        <h2 id={id}>{text}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={close}>✕</button>
      </header>
      {children}
    </dialog>
  );
}
