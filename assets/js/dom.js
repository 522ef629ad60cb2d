/** Calls `act` once for each element under `root` (itself included) that carries the hook. */
export function each(root, hook, act) {
  const own = root.matches && root.matches(`[${hook}]`) ? [root] : [];
  for (const element of own.concat(Array.from(root.querySelectorAll(`[${hook}]`)))) {
    const mark = `${hook}-on`;
    if (element.hasAttribute(mark)) continue;
    element.setAttribute(mark, "");
    act(element);
  }
}

/** Full-width letters, digits and marks as half-width; what an input method left on. */
export function halfWidth(text) {
  return text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\u3000/g, " ");
}

/** A sentence of the page's own language: data-hq-say-<key> on <body>, {x} filled in. */
export function say(key, values) {
  const sentence = document.body.getAttribute(`data-hq-say-${key}`) || "";
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
}

/** Tells a screen reader without moving the focus. */
export function announce(text) {
  const live = document.getElementById("hq-live");
  if (live) live.textContent = text;
}
