// What the markup of Swagger UI and ReDoc lacks for screen readers and keyboards is added whenever they have drawn something.

/** Call `mend` for each element that a selector finds in a container, now and whenever its content changes. */
export function repair(container, mends) {
  let pending = 0;
  const all = () => {
    pending = 0;
    for (const [selector, mend] of Object.entries(mends)) container.querySelectorAll(selector).forEach(mend);
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
