// One line that says what has just been done.

import { signal } from "@preact/signals";

const text = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(message: string): void {
  text.value = message;
  clearTimeout(timer);
  timer = setTimeout(() => (text.value = ""), 6000);
}

export function Toast() {
  return <div class="toast" role="status" data-shown={text.value !== ""}>{text.value}</div>;
}
