import {
  accessSync,
  constants,
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { canReach } from "./account.js";
import { Failure } from "./failure.js";

/**
 * The first of these folders, all outside of the home, that this user can write to and the account can enter.
 * What must last may not lie in a temporary folder: there systems delete old files, one by one.
 * @param {import("./account.js").Account | undefined} account
 * @param {string[]} candidates
 */
export function commonFolder(account, candidates) {
  const found = candidates.find((path) => isWritable(path) && canReach(path, account));
  if (found !== undefined) return found;
  throw new Failure({
    code: "LOCAL_DATA_FOLDER_UNREACHABLE",
    message: `Postgres has to run as user ${account?.uid}, who can enter none of ${candidates.join(", ")}.`,
    hint: "Run this as an ordinary user, or set MERCADO_POSTGRES_URL to a Postgres that runs elsewhere.",
  });
}

/** @param {string} path */
function isWritable(path) {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies a tree, keeps modes, and gives every entry to the account.
 * @param {string} from
 * @param {string} to
 * @param {import("./account.js").Account | undefined} account
 */
export function copyTree(from, to, account) {
  const { mode } = lstatSync(from);
  mkdirSync(to, { mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target, account);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else {
      // Not copyFile: it truncates the new file, and ext4 then writes it to the disk at once, which takes 10 times as long.
      writeFileSync(target, readFileSync(source), { flag: "wx", mode: lstatSync(source).mode });
      if (account) chownSync(target, account.uid, account.gid);
    }
  }
  chmodSync(to, mode & 0o7777);
  if (account) chownSync(to, account.uid, account.gid);
}

/**
 * Whether the folder exists and is ours: in a folder that everybody may write to, somebody else could have put it there.
 * @param {string} path
 */
export function isOwnFolder(path) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.uid === (process.getuid?.() ?? 0);
}
