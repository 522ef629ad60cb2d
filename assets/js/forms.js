// Autosave with its time on screen, one send per press, and the focus on what went wrong.
import { announce, each, say } from "./dom.js";

function clockTime() {
  const now = new Date();
  return `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
}

export function showSaved(scope, failed) {
  const notice = (scope || document).querySelector("[data-hq-saved]");
  const text = say(failed ? "unsaved" : "saved", { t: clockTime() });
  if (notice) notice.textContent = text;
  announce(text);
}

function autosave(form) {
  const url = form.getAttribute("data-hq-autosave");
  let wait = 0;
  form.addEventListener("change", () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      fetch(url, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { "X-Autosave": "1" } })
        .then((answer) => showSaved(form, !answer.ok), () => showSaved(form, true));
    }, 400);
  });
}

/** A second press while the first is under way is swallowed: slow lines make people press twice. */
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.hasAttribute("data-hq-sent")) {
      event.preventDefault();
      return;
    }
    form.setAttribute("data-hq-sent", "");
    setTimeout(() => form.removeAttribute("data-hq-sent"), 8000);
  });
  window.addEventListener("pageshow", () => form.removeAttribute("data-hq-sent"));
}

export function watchForms(root) {
  each(root, "data-hq-autosave", autosave);
  each(root, "data-hq-once", sendOnce);
  each(root, "data-hq-autosubmit", (form) => {
    form.addEventListener("change", () => (form.requestSubmit ? form.requestSubmit() : form.submit()));
  });
  each(root, "data-hq-errors", (summary) => summary.focus());
}
