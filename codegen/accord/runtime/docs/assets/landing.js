// Signs in and out, completes the commands, and shows the recent requests.
import { forget, send, session, startSession } from "./session.js";

const form = document.querySelector("#sign-in");
const here = new URL(".", document.baseURI).href.replace(/\/$/, "");

function show() {
  const signedIn = form.dataset.scheme in session.value.credentials;
  form.hidden = signedIn;
  document.querySelector("#signed-in").hidden = !signedIn;
}

async function signIn(event) {
  event.preventDefault();
  const { method, path, scheme, refreshMethod, refreshPath, refreshProperty: property } = form.dataset;
  const status = form.querySelector("[role=status]");
  const button = form.querySelector("button");
  const body = JSON.stringify(Object.fromEntries([...new FormData(form)].filter(([, value]) => value)));
  button.disabled = true;
  status.textContent = "";
  try {
    const response = await fetch(path, { method, body, headers: { "Content-Type": "application/json" }, credentials: "omit" });
    const answer = await response.json();
    if (response.ok) {
      startSession(scheme, answer, refreshPath && { method: refreshMethod, path: refreshPath, property });
      form.reset();
    } else {
      status.textContent = answer.errors?.map(({ detail }) => detail).find(Boolean) ?? answer.detail ?? answer.title ?? `The response was ${response.status}.`;
      for (const details of form.querySelectorAll("details")) details.open = true;
    }
  } catch {
    status.textContent = "The service does not answer. Try again later.";
  }
  button.disabled = false;
}

// Whether the session is over. There is none to end if the token was entered by hand. A session whose refresh token is rejected
// is over, and already forgotten.
async function end() {
  const { signOutMethod: method, signOutPath, scheme } = form.dataset;
  const { credentials, issued, secret } = session.value;
  if (!signOutPath || !issued) return true;
  if ([...signOutPath.matchAll(/\{(.+?)\}/g)].some(([, name]) => !(name in issued))) return false;
  const path = signOutPath.replace(/\{(.+?)\}/g, (_, name) => encodeURIComponent(issued[name]));
  const { ok } = await send(path, { method, headers: { Authorization: `Bearer ${credentials[scheme]}` }, credentials: "omit" });
  return ok || session.value.secret !== secret;
}

// The session is forgotten even if it cannot be ended.
async function signOut() {
  const ended = await end().catch(() => false);
  forget();
  const text = "You are signed out here, but the session could not be ended: it is valid until it expires.";
  form.querySelector("[role=status]").textContent = ended ? "" : text;
}

if (form) {
  form.addEventListener("submit", signIn);
  document.querySelector("#signed-in button").addEventListener("click", signOut);
  session.subscribe(show);
}

for (const block of document.querySelectorAll(".command pre")) {
  const code = block.firstElementChild;
  code.textContent = code.textContent.replaceAll("URL", here);
  if (!navigator.clipboard) continue; // pages without TLS
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  block.before(button);
}

const recent = document.querySelector("#recent");

function row({ time, method, path, operation, status, milliseconds, id, error }) {
  const row = document.createElement("tr");
  const colour = status >= 500 ? "bad" : status >= 400 ? "warning" : "good";
  const cells = [new Date(time * 1000).toLocaleTimeString(), status, `${method} ${path}`, operation ?? "", milliseconds.toFixed(1), id];
  for (const text of cells) row.insertCell().textContent = text;
  row.cells[1].className = colour;
  if (error) row.cells[2].append(Object.assign(document.createElement("div"), { className: "bad", textContent: error }));
  return row;
}

async function refresh() {
  if (document.hidden) return;
  const response = await fetch("requests.json");
  const requests = response.ok ? await response.json() : [];
  recent.querySelector("[role=status]").hidden = requests.length > 0;
  recent.querySelector(".scroll").hidden = requests.length === 0;
  recent.querySelector("tbody").replaceChildren(...requests.map(row));
}

if (recent) {
  refresh();
  setInterval(refresh, 2000);
}
