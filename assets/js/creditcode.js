// Credit codes (GB 32100-2015): tidied while typing, checked at the 18th character; the server checks again.
import { each, halfWidth, say } from "./dom.js";

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

function tidy(text) {
  return halfWidth(text).replace(/[\s-]/g, "").toUpperCase();
}

function isSound(code) {
  let sum = 0;
  for (let place = 0, weight = 1; place < 17; place += 1, weight = (weight * 3) % 31) {
    sum += ALPHABET.indexOf(code[place]) * weight;
  }
  return ALPHABET[(31 - (sum % 31)) % 31] === code[17];
}

function verdict(code) {
  // I, O, S, V and Z are not used in these codes because they look like 1, 0, 5, U and 2.
  const strange = /[^0-9A-HJ-NPQRTUWXY]/.exec(code);
  if (strange) return say(/[OI]/.test(strange[0]) ? "code-oi" : "code-letter", { c: strange[0] });
  if (code.length < 18) return code ? say("code-short", { n: code.length }) : "";
  if (code.length > 18) return say("code-long", { n: code.length });
  return say(isSound(code) ? "code-good" : "code-bad");
}

export function watchCreditCodes(root) {
  each(root, "data-hq-creditcode", (input) => {
    const echo = document.getElementById(`${input.id}-echo`);
    if (!echo) return;
    const refresh = () => { echo.textContent = verdict(tidy(input.value)); };
    input.addEventListener("input", refresh);
    input.addEventListener("blur", () => { input.value = tidy(input.value); });
    if (input.value) refresh();
  });
}
