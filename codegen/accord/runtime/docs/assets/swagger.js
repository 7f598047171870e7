import { send, session } from "../assets/session.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();

const ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
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
