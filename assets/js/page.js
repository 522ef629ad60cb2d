// Page-wide small things: print, copy, menus, links of the error summary.
import { announce, say } from "./dom.js";
import { showSaved } from "./forms.js";

function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "hq-hidden";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done ? Promise.resolve() : Promise.reject(new Error("copy refused"));
}

function onCopy(button) {
  const text = button.getAttribute("data-hq-copy") || window.location.href;
  const label = button.querySelector("[data-hq-copy-label]") || button;
  const before = label.textContent;
  copyText(text).then(
    () => {
      label.textContent = say("copied");
      announce(say("copied"));
      setTimeout(() => { label.textContent = before; }, 3000);
    },
    () => window.prompt(say("copy-by-hand"), text),
  );
}

/** From a line of the error summary to its field: the control takes the focus, its label stays in view. */
function onErrorLink(event, link) {
  const field = document.getElementById(link.getAttribute("href").slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  (field.closest(".hq-field") || field).scrollIntoView();
}

function onClick(event) {
  const target = event.target.closest("[data-hq-print], [data-hq-copy], .hq-errors a");
  if (!target) return;
  if (target.hasAttribute("data-hq-print")) window.print();
  else if (target.hasAttribute("data-hq-copy")) onCopy(target);
  else onErrorLink(event, target);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll(".hq-menu[open]")) {
    if (!except || !menu.contains(except)) menu.removeAttribute("open");
  }
}

/** Paper cannot be unfolded: everything folded is opened for printing and closed again. */
function unfoldForPrint() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("main details:not([open])"));
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });
}

export function watchPage() {
  document.addEventListener("click", onClick);
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector(".hq-menu[open]");
    if (!menu) return;
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  });
  document.addEventListener("hq:saved", () => showSaved(document, false)); // HX-Trigger: hq:saved
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => { document.getElementById("hq-trouble").hidden = false; });
  }
  document.addEventListener("htmx:beforeRequest", () => { document.getElementById("hq-trouble").hidden = true; });
  unfoldForPrint();
}
