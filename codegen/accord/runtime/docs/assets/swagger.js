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
  // Whoever is signed in in this tab is authorized here, also with the tokens that replace expired ones.
  onComplete: () =>
    session.subscribe(({ credentials }) =>
      Object.entries(credentials).forEach(([scheme, credential]) => ui.preauthorizeApiKey(scheme, credential)),
    ),
  requestInterceptor: (request) => Object.assign(request, { userFetch: send }),
});
