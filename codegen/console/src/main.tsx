// The console: reads the document that is served beside it, and shows a screen for each of its operations.

import { render } from "preact";
import { setAPI } from "./api/client";
import { App } from "./App";
import { read } from "./document/model";

const root = document.getElementById("console")!;

async function start(): Promise<void> {
  const response = await fetch("openapi.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`The document is not available (${response.status}).`);
  const api = read(await response.json());
  setAPI(api);
  render(<App api={api} />, root);
}

start().catch((error: Error) => {
  root.textContent = error.message;
  root.setAttribute("role", "alert");
});
