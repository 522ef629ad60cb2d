// Autosave with its time on screen, one send per press, and the focus on what went wrong.
import { announce, each, say } from "./dom.js";

/** The server's time in Shanghai: telephones' clocks are wrong by hours. Without an answer the device's own. */
function clockTime(answer) {
  const sent = answer && Date.parse(answer.headers.get("Date"));
  const now = sent ? new Date(sent + 288e5) : new Date(Date.now() - new Date().getTimezoneOffset() * 6e4);
  return now.toISOString().slice(11, 16);
}

export function showSaved(scope, failed, answer, said) {
  const notice = (scope || document).querySelector("[data-hq-saved]");
  const text = said || say(failed ? "unsaved" : "saved", { t: clockTime(answer) });
  if (notice) notice.textContent = text;
  announce(text);
}

function autosave(form) {
  const url = form.getAttribute("data-hq-autosave");
  let wait = 0;
  form.addEventListener("change", () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      if (!form.isConnected) return; // htmx has drawn the page anew, and kept it
      const body = new FormData(form);
      for (const file of form.querySelectorAll("[type=file]")) body.delete(file.name); // those go by themselves
      fetch(url, { method: "POST", body, credentials: "same-origin", headers: { "X-Autosave": "1" } })
        .then((answer) => saved(form, answer), () => showSaved(form, true));
    }, 400);
  });
}

/** What the page has to compare with from now on comes back; a refusal in words is shown as it is. */
function saved(form, answer) {
  const drawn = answer.headers.get("X-Drawn");
  if (drawn !== null && form.elements.drawn) form.elements.drawn.value = decodeURIComponent(drawn);
  const isSaid = answer.status === 409 && (answer.headers.get("Content-Type") || "").startsWith("text/plain");
  if (isSaid) answer.text().then((said) => showSaved(form, true, answer, said));
  else showSaved(form, !answer.ok, answer);
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
