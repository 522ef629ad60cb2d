// Says a typed amount back in words, and asks when it is 10,000 times off what was filed last.
import { each, halfWidth, say } from "./dom.js";

const YUAN = { yuan: 1, wan: 10000 };

function grouped(number, digits) {
  const text = number.toFixed(digits).replace(/\.?0+$/, (tail) => (tail.startsWith(".") ? "" : tail));
  const [whole, rest] = text.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
}

function inWords(yuan) {
  if (Math.abs(yuan) >= 1e8) return say("yi", { n: grouped(yuan / 1e8, 4) });
  if (Math.abs(yuan) >= 1e4) return say("wan", { n: grouped(yuan / 1e4, 4) });
  return say("yuan", { n: grouped(yuan, 2) });
}

function typed(input) {
  const text = halfWidth(input.value).replace(/[,，\s]/g, "");
  return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : null;
}

/** 10,000 times off either way is nearly always 元 typed as 万元 or the reverse. */
function isSlip(yuan, last) {
  const ratio = Math.abs(yuan) / last;
  return yuan !== 0 && last > 0 && ((ratio > 5000 && ratio < 20000) || (ratio > 0.00005 && ratio < 0.0002));
}

function update(field, input, unit, echo, warning) {
  const number = typed(input);
  const yuan = number === null ? null : number * YUAN[unit ? unit.value : "yuan"];
  echo.textContent = yuan === null ? "" : say("echo", { a: `${grouped(yuan, 2)}`, b: inWords(yuan) });
  if (warning) warning.hidden = yuan === null || !isSlip(yuan, Number(field.getAttribute("data-hq-last")) / 100);
}

export function watchEchoes(root) {
  each(root, "data-hq-money", (field) => {
    const input = field.querySelector("input");
    const unit = field.querySelector("select");
    const echo = field.querySelector("[data-hq-echo]");
    const warning = field.querySelector("[data-hq-slip]");
    if (!input || !echo) return;
    const refresh = () => update(field, input, unit, echo, warning);
    field.addEventListener("input", refresh);
    field.addEventListener("change", refresh);
    refresh();
  });
}
