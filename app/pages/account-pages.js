// Sends the form with the token of the fragment, which the browser has not sent to any server. The fragment is removed at once, so
// that the token does not stay in the history.
const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
if (!token) {
  form.hidden = true;
  status.textContent = "The link is not complete. Open it again from the e-mail.";
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  status.textContent = "";
  try {
    const body = JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) });
    const response = await fetch(form.dataset.path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (response.ok) {
      form.hidden = true;
      status.textContent = form.dataset.done;
      return;
    }
    const problem = await response.json();
    status.textContent = problem.status === 422 ? document.querySelector("#rule")?.textContent ?? problem.detail : problem.detail;
  } catch {
    status.textContent = "The service does not answer. Try again later.";
  }
  button.disabled = false;
});
