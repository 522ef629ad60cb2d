// The whole script of public pages. Every page works without it; hooks are data-hq-* attributes.
import { watchAhead } from "./ahead.js";
import { watchCreditCodes } from "./creditcode.js";
import { watchEchoes } from "./echo.js";
import { watchForms } from "./forms.js";
import { watchPage } from "./page.js";

document.documentElement.classList.add("hq-script");

/** Prepares what is inside `root`: the page at the start, then each fragment htmx swaps in. */
function prepare(root) {
  watchAhead(root);
  watchEchoes(root);
  watchCreditCodes(root);
  watchForms(root);
}

watchPage();
prepare(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) prepare(event.target);
});
