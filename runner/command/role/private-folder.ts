import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { codeOf } from "../../core/caught.ts";
import { isAlive } from "../../core/process-identity.ts";

/** Makes a folder that this user alone can look into, and removes those of processes that were killed. */
export function makePrivateFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^mercado-role-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
    } catch (error) {
      // It is another user's.
      if (codeOf(error) !== "EACCES" && codeOf(error) !== "EPERM") throw error;
    }
  }
  return mkdtempSync(path.join(tmpdir(), `mercado-role-${process.pid}-`));
}
