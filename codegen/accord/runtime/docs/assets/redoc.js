import { attribute, repair } from "../assets/repair.js";

// ReDoc computes its colours when it starts, so a page whose scheme changes is loaded again.
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => location.reload());

const colours = dark.matches
  ? { background: "#0f141a", surface: "#171e26", border: "#313d4a", text: "#e4eaf1", muted: "#9fadbd", accent: "#79b1ff", bad: "#ff9a8f", good: "#6fce95", warning: "#f0b95e" }
  : { background: "#ffffff", surface: "#f5f7fa", border: "#d3dae3", text: "#17212e", muted: "#4f5d6d", accent: "#1c5fb8", bad: "#b3261e", good: "#1a7040", warning: "#8a5300" };
const sans = getComputedStyle(document.documentElement).getPropertyValue("--sans");
const mono = getComputedStyle(document.documentElement).getPropertyValue("--mono");

// The sections of an operation are headings of level 5 below one of level 2.
repair(document.querySelector("#redoc"), { h5: attribute("aria-level", 3) });

Redoc.init(
  "openapi.json",
  {
    nativeScrollbars: true,
    hideDownloadButton: true,
    theme: {
      colors: {
        primary: { main: colours.accent },
        success: { main: colours.good },
        warning: { main: colours.warning },
        error: { main: colours.bad },
        text: { primary: colours.text, secondary: colours.muted },
        border: { dark: colours.border, light: colours.border },
      },
      schema: { nestedBackground: colours.surface, linesColor: colours.border, typeNameColor: colours.muted, typeTitleColor: colours.muted, requireLabelColor: colours.bad },
      typography: {
        fontSize: "16px",
        fontFamily: sans,
        headings: { fontFamily: sans, fontWeight: "700" },
        code: { fontFamily: mono, color: colours.text, backgroundColor: colours.surface },
        links: { color: colours.accent },
      },
      sidebar: { backgroundColor: colours.surface, textColor: colours.text, activeTextColor: colours.accent },
      fab: { backgroundColor: colours.surface, color: colours.accent },
      rightPanel: { backgroundColor: "#171e26" },
    },
  },
  document.querySelector("#redoc"),
);
