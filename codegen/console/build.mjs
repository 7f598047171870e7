// Bundles src/ into the assets that accord serves: /console, and the session of its other pages. The scripts name the sources that
// they were built from: a test compares.

import { createHash } from "node:crypto";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const output = "../accord/runtime/docs/assets/console";

/** SHA-256 of the names and contents of the sources, in the order of their names. */
async function digest() {
  const entries = await readdir(".", { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`.replace(/^\.\//, ""));
  const hash = createHash("sha256");
  for (const name of files.filter((name) => !name.startsWith("node_modules/")).sort()) {
    hash.update(`${name}\0`).update(await readFile(name)).update("\0");
  }
  return hash.digest("hex");
}

/** The licence of a package that is in the bundle: its text, or its name if the package has no text. */
async function licence(name) {
  const folder = `node_modules/${name}`;
  const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  const { license, repository } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  return `${name} (${license}, ${repository?.url ?? repository})\n\n${file ? await readFile(`${folder}/${file}`, "utf8") : ""}`;
}

const banner = { js: `/* Built by \`make console\` from sources ${await digest()} */` };
await build({
  entryPoints: { console: "src/main.tsx" },
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
  banner,
  outdir: output,
});
await build({
  entryPoints: ["src/pages.ts"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "eof",
  banner,
  outfile: "../accord/runtime/docs/assets/session.js",
});
await build({ entryPoints: ["src/console.css"], minify: true, outdir: output });
const { dependencies } = JSON.parse(await readFile("package.json", "utf8"));
const packages = Object.keys(dependencies).sort();
await writeFile(`${output}/licences.txt`, (await Promise.all(packages.map(licence))).join("\n"));
await copyFile("src/index.html", `${output}/index.html`);
