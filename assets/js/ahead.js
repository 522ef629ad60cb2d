// Type-ahead after the ARIA combobox pattern. Without script a <select data-hq-ahead> stays a select and an
// <input data-hq-ahead data-hq-source> stays a text box that the server understands.
import { each, halfWidth, say } from "./dom.js";

const SHOWN = 40;

function words(text) {
  return halfWidth(text).trim().toLowerCase();
}

/** Options of a select: label, pinyin initials (data-py) and value are all searched. */
function localSource(select) {
  const options = Array.from(select.options)
    .filter((option) => option.value)
    .map((option) => ({
      value: option.value,
      label: option.text.trim(),
      text: `${option.text} ${option.value} ${option.getAttribute("data-py") || ""}`.toLowerCase(),
    }));
  return (query) => Promise.resolve(options.filter((option) => option.text.includes(query)));
}

function remoteSource(url) {
  let running = null;
  return (query) => {
    if (running) running.abort();
    running = window.AbortController ? new AbortController() : null;
    const address = `${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(query)}`;
    const options = { headers: { Accept: "application/json" }, credentials: "same-origin" };
    if (running) options.signal = running.signal;
    return fetch(address, options).then((answer) => (answer.ok ? answer.json() : []));
  };
}

function textBoxFor(select) {
  const input = document.createElement("input");
  for (const name of ["id", "aria-describedby", "aria-invalid", "placeholder"]) {
    const value = select.getAttribute(name === "placeholder" ? "data-hq-placeholder" : name);
    if (value) input.setAttribute(name, value);
  }
  input.className = "hq-input";
  input.type = "text";
  input.required = select.required;
  const chosen = select.options[select.selectedIndex];
  input.value = chosen && chosen.value ? chosen.text.trim() : "";
  select.required = false;
  select.removeAttribute("id");
  select.hidden = true;
  return input;
}

class Ahead {
  constructor(element) {
    this.select = element.tagName === "SELECT" ? element : null;
    this.input = this.select ? textBoxFor(element) : element;
    this.find = this.select ? localSource(element) : remoteSource(element.getAttribute("data-hq-source"));
    this.found = [];
    this.at = -1;
    this.build(element);
    this.listen();
  }

  build(element) {
    const box = document.createElement("div");
    box.className = "hq-ahead";
    element.parentNode.insertBefore(box, element);
    this.list = document.createElement("ul");
    this.list.className = "hq-ahead-list";
    this.list.id = `${this.input.id}-list`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", say("ahead"));
    this.list.hidden = true;
    box.append(element);
    if (this.select) box.append(this.input);
    box.append(this.list);
    const states = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const name of Object.keys(states)) this.input.setAttribute(name, states[name]);
  }

  listen() {
    let wait = 0;
    this.input.addEventListener("input", () => {
      if (this.select) this.select.value = "";
      clearTimeout(wait);
      wait = setTimeout(() => this.search(), this.select ? 0 : 250);
    });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("click", () => { if (this.select) this.search(""); });
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus in the box
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.choose(Array.from(this.list.children).indexOf(item));
    });
  }

  search(forced) {
    const query = words(forced === undefined ? this.input.value : forced);
    if (!query && !this.select) return this.close();
    return this.find(query).then((found) => this.show(found), () => this.close());
  }

  show(found) {
    if (document.activeElement !== this.input) return;
    this.found = found.slice(0, SHOWN);
    this.list.textContent = "";
    this.found.forEach((option, index) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.textContent = option.label;
      this.list.append(item);
    });
    if (!this.found.length) {
      const item = document.createElement("li");
      item.className = "hq-ahead-none";
      item.setAttribute("role", "option");
      item.setAttribute("aria-disabled", "true");
      item.textContent = say("none");
      this.list.append(item);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.move(-1);
  }

  move(to) {
    this.at = to;
    Array.from(this.list.children).forEach((item, index) => item.setAttribute("aria-selected", String(index === to)));
    const item = this.list.children[to];
    if (item && this.found.length) {
      this.input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  onKey(event) {
    const open = !this.list.hidden;
    const last = this.found.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.search(this.select && this.select.value ? "" : undefined);
      else if (event.key === "ArrowDown") this.move(this.at >= last ? 0 : this.at + 1);
      else this.move(this.at <= 0 ? last : this.at - 1);
    } else if (event.key === "Enter" && open && this.at >= 0 && !event.isComposing) {
      event.preventDefault();
      this.choose(this.at);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    }
  }

  choose(index) {
    const option = this.found[index];
    if (!option) return;
    this.input.value = option.label;
    if (this.select) this.select.value = option.value;
    this.close();
    (this.select || this.input).dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Leaving with exactly one match left takes it; typing the whole name and pressing Tab is enough. */
  leave() {
    const typed = words(this.input.value);
    const exact = this.found.findIndex((option) => words(option.label) === typed);
    if (this.select && !this.select.value && typed) {
      if (exact >= 0) this.choose(exact);
      else if (this.found.length === 1) this.choose(0);
    }
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

export function watchAhead(root) {
  each(root, "data-hq-ahead", (element) => new Ahead(element));
}
