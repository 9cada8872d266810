import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Failure } from "./failure.js";

/** @typedef {{ uid: number, gid: number }} Account */

/**
 * The account that Postgres runs as: undefined for this user itself. Postgres refuses to run as root, so root runs it as
 * the owner of the data if there is one, else as `postgres` or `nobody`.
 * @param {string} data the data folder, which may not exist yet
 * @returns {Account | undefined}
 */
export function postgresAccount(data) {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(data, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const fields = users.find(([name]) => name === wanted);
    const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
    if (uid > 0 && gid >= 0) return { uid, gid };
  }
  throw new Failure({
    code: "LOCAL_USER_SWITCH_REFUSED",
    message: "Postgres does not run as root, and there is neither a user postgres nor nobody.",
    hint: "Run this as an ordinary user, or set MERCADO_POSTGRES_URL to a Postgres that runs elsewhere.",
  });
}

/**
 * Whether the account can read the file or enter the folder, as far as the mode bits tell.
 * @param {string} path
 * @param {Account | undefined} account
 */
export function canReach(path, account) {
  if (account === undefined) return true;
  let each = realpathSync(path);
  if (!allows(each, account, statSync(each).isDirectory() ? 0o1 : 0o5)) return false;
  while (each !== dirname(each)) {
    each = dirname(each);
    if (!allows(each, account, 0o1)) return false;
  }
  return true;
}

/**
 * @param {string} path
 * @param {Account} account
 * @param {number} bits
 */
function allows(path, { uid, gid }, bits) {
  const { mode, uid: owner, gid: group } = statSync(path);
  const shift = owner === uid ? 6 : group === gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
