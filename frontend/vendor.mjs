// Copies the few files we serve from node_modules into static/vendor/, without source-map
// comments (the manifest static storage would look for maps that we do not ship), and records
// package, version, licence and sha256 of each in MANIFEST.json.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static", "vendor");
const WANTED = [
  ["bootstrap", "dist/css/bootstrap.min.css", "bootstrap/bootstrap.min.css"],
  ["bootstrap", "LICENSE", "bootstrap/LICENSE"],
  ["htmx.org", "dist/htmx.min.js", "htmx/htmx.min.js"],
  ["htmx.org", "LICENSE", "htmx/LICENSE"],
];

rmSync(out, { recursive: true, force: true });
const files = WANTED.map(([name, from, to]) => {
  const room = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(room, "package.json"), "utf8"));
  const text = readFileSync(join(room, from), "utf8")
    .replace(/\/\*# sourceMappingURL=.*?\*\/\s*/g, "")
    .replace(/^\/\/# sourceMappingURL=.*$/gm, "");
  const path = join(out, to);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return { file: to, package: name, version, licence: license, sha256: createHash("sha256").update(text).digest("hex") };
});
writeFileSync(join(out, "MANIFEST.json"), JSON.stringify({ files }, null, 2) + "\n");
console.log(`${files.length} files`);
