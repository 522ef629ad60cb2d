// Keys of the staff pages, listed under ? (core/_help.html). Everything works without them, and who dictates
// or touches keys by accident turns the single ones off there.
import { each } from "./dom.js";

const OFF = "hq-keys-off";
const ROWS = "main .hq-table tbody tr, main .hq-hits li, main .hq-tasks li, main .hq-rows > li";

function isTyping(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

function hits() {
  return Array.from(document.querySelectorAll("[data-hq-hits] .hq-hits a"));
}

function findBox() {
  const boxes = Array.from(document.querySelectorAll("[data-hq-find]"));
  // The box of the search page before the one of the header; on a phone the latter is not shown.
  return boxes.reverse().find((box) => box.offsetParent !== null);
}

function onSlash(event) {
  const box = findBox();
  if (box) {
    event.preventDefault();
    box.focus();
    box.select();
    return;
  }
  const link = document.querySelector(".hq-find-link");
  if (link) link.click();
}

function onHelp() {
  const help = document.querySelector("[data-hq-help]");
  if (!help) return;
  help.open = !help.open;
  help.querySelector("summary").focus();
}

/** Down from the box to the first hit and on; up from the first hit back to the box. */
function onArrow(event, step) {
  const all = hits();
  const box = event.target.closest("[data-hq-find]");
  const at = all.indexOf(event.target);
  if (!all.length || (at < 0 && !(box && step > 0))) return;
  event.preventDefault();
  const next = all[at + step];
  if (next) next.focus();
  else if (at + step < 0) findBox().focus();
}

/** The same words once more: open the first hit instead of asking again. */
function onEnter(event, box) {
  const [first] = hits();
  if (!first || event.isComposing || box.value.trim() !== box.getAttribute("data-hq-asked")) return;
  event.preventDefault();
  first.click();
}

/** To the link that opens the next row, or the one before; rows folded away are passed over. */
function onRow(event, step) {
  const rows = Array.from(document.querySelectorAll(ROWS)).filter((row) => {
    const link = row.querySelector("a");
    return link && link.offsetParent !== null;
  });
  const at = rows.findIndex((row) => row.contains(event.target));
  const next = at < 0 ? step > 0 && rows[0] : rows[at + step];
  if (next) next.querySelector("a").focus();
}

function onTick(event) {
  const row = event.target.closest(ROWS);
  const box = row && row.querySelector("input[type=checkbox]");
  if (box) box.click();
}

/** As Enter does in a box of one line: the first button of the form. Only here it works in long texts too. */
function onSend(event) {
  const form = !event.target.closest("a") && event.target.closest("main form");
  const button = form && form.querySelector("button:not([type=button])");
  if (!button) return;
  event.preventDefault();
  button.click();
}

const SINGLE = {
  "/": onSlash,
  "?": onHelp,
  j: (event) => onRow(event, 1),
  k: (event) => onRow(event, -1),
  x: onTick,
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "Enter") onSend(event);
    return;
  }
  const box = event.target.closest("[data-hq-find]");
  if (event.key === "ArrowDown") onArrow(event, 1);
  else if (event.key === "ArrowUp") onArrow(event, -1);
  else if (box && event.key === "Enter") onEnter(event, box);
  else if (box && event.key === "Escape") box.blur();
  else if (event.key in SINGLE && !isTyping(event.target) && !localStorage.getItem(OFF)) SINGLE[event.key](event);
});

each(document, "data-hq-single-keys", (tick) => {
  tick.checked = !localStorage.getItem(OFF);
  tick.addEventListener("change", () => (tick.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
});
