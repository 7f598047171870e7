import { attribute, region, repair } from "../assets/repair.js";
import { send, session } from "../assets/session.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();

// The name of an operation is in a button, where a link may not be: the button opens the operation, and its address.
const withoutLinks = () => ({
  wrapComponents: {
    DeepLink: (Link, { React }) => (props) => React.createElement("span", { className: "nostyle" }, React.createElement("span", null, props.text)),
  },
});

const operationOf = (element) => element.closest(".opblock")?.querySelector(".opblock-summary-path")?.textContent ?? "";
const nameOf = (element) => element.closest("tr")?.dataset.paramName ?? element.closest("label")?.textContent ?? "";

repair(document.querySelector("#swagger-ui"), {
  ".info .title": attribute("aria-level", 1),
  "h3.opblock-tag": attribute("aria-level", 2),
  "h4": attribute("aria-level", 3),
  "h5": attribute("aria-level", 4),
  ".information-container": region("About this API"),
  ".schemes-server-container": region("Server and credentials"),
  ".responses-table": attribute("aria-label", (table) => `Responses of ${operationOf(table)}`),
  "pre.microlight": attribute("tabindex", 0),
  "select#servers": attribute("aria-label", "Server"),
  "select.examples-select-element": attribute("aria-label", "Example"),
  "textarea.body-param__text": attribute("aria-label", "Request body"),
  ".parameters select": attribute("aria-label", nameOf),
});

const ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  plugins: [withoutLinks],
  displayOperationId: true,
  showCommonExtensions: true,
  validatorUrl: null,
  onComplete: () => session.subscribe(authorize),
  requestInterceptor: (request) => Object.assign(request, { userFetch: send }),
});

const given = {}; // what this script has authorized, by scheme

// Whoever is signed in in this tab is authorized here until the session ends, also with the tokens that replace expired ones.
// What is entered or removed on this page stays as it is.
function authorize({ credentials }) {
  const authorized = ui.authSelectors.authorized().toJS();
  for (const scheme of Object.keys({ ...given, ...credentials })) {
    if (authorized[scheme]?.value !== given[scheme]) continue;
    if (scheme in credentials) ui.preauthorizeApiKey(scheme, credentials[scheme]);
    else ui.authActions.logout([scheme]);
    given[scheme] = credentials[scheme];
  }
}
