// What the markup of Swagger UI and ReDoc lacks for screen readers and keyboards is added after each render.

/** Call the function of each selector for the elements it finds in a container, now and whenever its content changes. */
export function repair(container, fixes) {
  let pending = 0;
  const all = () => {
    pending = 0;
    for (const [selector, fix] of Object.entries(fixes)) container.querySelectorAll(selector).forEach(fix);
  };
  // Attributes are not observed, so what is added does not cause another round.
  new MutationObserver(() => (pending ||= requestAnimationFrame(all))).observe(container, { childList: true, subtree: true });
  all();
}

/** Sets an attribute. */
export const attribute = (name, value) => (element) => element.setAttribute(name, typeof value === "function" ? value(element) : value);

/** Makes a landmark of an element. */
export const region = (label) => (element) => {
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", label);
};
