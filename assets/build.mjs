// Builds static/build from assets/ and node_modules. Plain Node, quick, and skipped when no input changed.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ASSETS = join(ROOT, "assets");
const MODULES = join(ROOT, "node_modules");
const OUT = join(ROOT, "static", "build");
const STAMP = join(OUT, ".stamp");

// Largest gzip size in bytes; the build fails above it, because phones on 200 kb/s pay for every kilobyte.
const BUDGET = { "public.css": 28_000, "public.js": 4_000, "fill.js": 1_000, "icons.svg": 10_000 };

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
}

function inputHash() {
  const hash = createHash("sha256");
  for (const path of [...filesUnder(ASSETS), join(ROOT, "package.json"), join(ROOT, "package-lock.json")]) {
    hash.update(path.slice(ROOT.length)).update("\0").update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}

function isFresh(hash) {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash;
}

// Engines before Chrome 87 (X5, UC) drop the two-sided logical properties; our pages all run left to right.
const SIDES = { inline: ["left", "right"], block: ["top", "bottom"] };

function withPhysicalSides(css) {
  return css.replace(/([;{])(margin|padding|inset)-(inline|block):([^;}]+)/g, (whole, before, property, axis, value) => {
    const [first, second = first] = value.trim().split(/\s+(?![^(]*\))/);
    const names = SIDES[axis].map((side) => (property === "inset" ? side : `${property}-${side}`));
    return `${before}${names[0]}:${first};${names[1]}:${second}`;
  });
}

async function buildStyles(folder) {
  const sass = await import("sass");
  for (const name of ["public", "staff"]) {
    const { css } = sass.compile(join(ASSETS, "scss", `${name}.scss`), {
      loadPaths: [MODULES],
      style: "compressed",
      quietDeps: true,
    });
    writeFileSync(join(folder, `${name}.css`), name === "public" ? withPhysicalSides(css) : css);
  }
}

async function buildScripts(folder) {
  const { buildSync } = await import("esbuild");
  buildSync({
    entryPoints: ["public.js", "staff.js", "fill.js"].map((name) => join(ASSETS, "js", name)),
    outdir: folder,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2017", // the X5 engine inside WeChat
    charset: "utf8",
    logLevel: "warning",
  });
  copyFileSync(join(MODULES, "htmx.org", "dist", "htmx.min.js"), join(folder, "htmx.min.js"));
  const tabler = readFileSync(join(MODULES, "@tabler", "core", "dist", "js", "tabler.min.js"), "utf8");
  // Its source map is not shipped; a dangling reference breaks the hashing of static files.
  writeFileSync(join(folder, "tabler.min.js"), tabler.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
}

function symbol(id, svg) {
  const box = /viewBox="([^"]+)"/.exec(svg)[1];
  const inner = svg
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "")
    .trim();
  return `<symbol id="${id}" viewBox="${box}">${inner}</symbol>`;
}

function buildIcons(folder) {
  const names = readFileSync(join(ASSETS, "icons.txt"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  const outline = join(MODULES, "@tabler", "icons", "icons", "outline");
  const symbols = names.map((name) => symbol(name, readFileSync(join(outline, `${name}.svg`), "utf8")));
  for (const name of ["seal", "wordmark"]) {
    symbols.push(symbol(name, readFileSync(join(ASSETS, "img", `${name}.svg`), "utf8")));
  }
  writeFileSync(join(folder, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
  copyFileSync(join(ASSETS, "img", "seal.svg"), join(folder, "favicon.svg"));
  copyFileSync(join(ASSETS, "img", "chevron.svg"), join(folder, "chevron.svg"));
}

function reportSizes(folder) {
  let over = false;
  for (const path of filesUnder(folder)) {
    const name = path.slice(folder.length + 1);
    const size = gzipSync(readFileSync(path), { level: 9 }).length;
    const limit = BUDGET[name];
    console.log(`  ${name.padEnd(14)} ${String(size).padStart(7)} bytes gzip${limit ? ` (at most ${limit})` : ""}`);
    over ||= limit !== undefined && size > limit;
  }
  return over;
}

const started = Date.now();
const hash = inputHash();
if (isFresh(hash)) {
  console.log("assets: nothing changed");
} else {
  const folder = `${OUT}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await buildStyles(folder);
  await buildScripts(folder);
  buildIcons(folder);
  if (reportSizes(folder)) {
    console.error("assets: a file is larger than its budget (assets/build.mjs, BUDGET); nothing was replaced");
    process.exit(1);
  }
  writeFileSync(join(folder, ".stamp"), hash);
  rmSync(OUT, { recursive: true, force: true });
  renameSync(folder, OUT);
  console.log(`assets: built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
