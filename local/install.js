import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Installs the dependencies unless `node_modules` already holds what package-lock.json says. It runs before anything is
 * installed, so it needs nothing but Node, and takes a few milliseconds when there is nothing to do.
 */

const OLDEST_NODE = [20, 19];

const root = process.env["MERCADO_INSTALL_ROOT"] ?? fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const lockPath = join(root, "package-lock.json");
/** Written after a complete install; npm ci removes it, together with node_modules, before it begins the next one. */
const stampPath = join(modules, ".mercado-lock");

function main() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    console.error(
      `Mercado needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node} (${process.execPath}).`,
    );
    return 2;
  }
  if (!existsSync(lockPath)) {
    console.error(`There is no ${lockPath}; restore it (git checkout package-lock.json).`);
    return 2;
  }
  const lock = readFileSync(lockPath);
  const hash = createHash("sha256").update(lock).digest("hex");
  if (text(stampPath) === hash) return 0;
  if (text(stampPath) === undefined && isInstalledByHand(JSON.parse(lock.toString()))) {
    writeFileSync(stampPath, hash);
    return 0;
  }
  console.error("Installing the dependencies (npm ci); this happens once.");
  rmSync(stampPath, { force: true });
  const code = npmCi();
  if (code !== 0) {
    console.error(`npm ci ended with code ${code}; run this again once its cause is gone.`);
    return 1;
  }
  writeFileSync(stampPath, hash);
  return 0;
}

function npmCi() {
  const words = ["ci", "--no-fund", "--no-audit", "--loglevel=warn"];
  const npm = process.env["npm_execpath"];
  // Its progress is narration, so it goes to stderr like all other narration.
  /** @type {import("node:child_process").SpawnSyncOptions} */
  const options = { cwd: root, stdio: ["ignore", 2, 2] };
  const isNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm);
  const result = isNpm
    ? spawnSync(process.execPath, [npm, ...words], options)
    : spawnSync("npm", words, { ...options, shell: process.platform === "win32" });
  if (result.error) console.error(`npm could not be started: ${result.error.message}`);
  return result.status ?? 1;
}

/**
 * Whether npm's own record of node_modules, which npm writes last, matches the lock: all that is required is there in
 * the locked version, and nothing is there in another one.
 * @param {{ packages: Record<string, LockedPackage> }} lock
 */
function isInstalledByHand(lock) {
  const record = text(join(modules, ".package-lock.json"));
  if (record === undefined) return false;
  /** @type {Record<string, LockedPackage>} */
  const installed = JSON.parse(record).packages;
  return Object.entries(lock.packages).every(([path, locked]) => {
    if (!path.startsWith("node_modules/")) return true;
    const found = installed[path];
    if (found === undefined) return locked.optional === true && !existsSync(join(root, path));
    return found.version === locked.version && found.integrity === locked.integrity;
  });
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage */

/** @param {string} path */
function text(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

process.exitCode = main();
