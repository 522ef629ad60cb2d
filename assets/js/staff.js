// Keys of the staff pages: / to the search, arrows among the hits, ? for help. Everything works without them.

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
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

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const box = event.target.closest("[data-hq-find]");
  if (event.key === "ArrowDown") onArrow(event, 1);
  else if (event.key === "ArrowUp") onArrow(event, -1);
  else if (box && event.key === "Enter") onEnter(event, box);
  else if (box && event.key === "Escape") box.blur();
  else if (event.key === "/" && !isTyping(event.target)) onSlash(event);
  else if (event.key === "?" && !isTyping(event.target)) onHelp();
});
