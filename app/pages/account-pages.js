// With a token in the fragment, which the browser has not sent to any server, shows the form that needs it; else the form that asks for
// an e-mail with one, if the page has it. The fragment is removed at once, so that the token does not stay in the history.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const withToken = document.querySelector("form[data-needs-token]");
const form = token ? withToken : document.querySelector("form:not([data-needs-token])");
const status = document.querySelector("[role=status]");
history.replaceState(null, "", location.pathname);
addEventListener("hashchange", () => location.reload()); // a link from a mail was opened in this tab
withToken.hidden = form !== withToken;
if (form) {
  form.hidden = false;
  form.addEventListener("submit", send);
} else {
  status.textContent = "The link is not complete. Open it again from the e-mail.";
}

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  status.textContent = "";
  try {
    const body = JSON.stringify({ ...(token ? { token } : {}), ...Object.fromEntries(new FormData(form)) });
    const response = await fetch(form.dataset.path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (response.ok) {
      form.hidden = true;
      status.textContent = form.dataset.done;
      return;
    }
    const problem = await response.json();
    status.textContent = problem.status === 422 ? form.querySelector("[id$=rule]")?.textContent ?? problem.detail : problem.detail;
  } catch {
    status.textContent = "The service does not answer. Try again later.";
  }
  button.disabled = false;
}
