import { chmodSync, mkdtempSync, realpathSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openServices, type Services } from "./services.ts";

const MEMORY_FOLDER = "/dev/shm";
const ENOUGH_BYTES = 1_000_000_000;

/**
 * Services of their own for one test file: a fresh Postgres and DynamoDB in a temporary home, which is removed on
 * close, or when this process dies. They ignore the environment. What was committed survives the death of any process,
 * but not a power failure.
 */
export async function openTestServices(): Promise<Services & { home: string }> {
  const home = makeTestHome();
  try {
    const services = await openServices({ home, env: {}, durable: false, temporary: true });
    return { ...services, home };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

/**
 * An empty folder for services that a test opens itself, and removes. It lies in memory where there is room, since a
 * new Postgres is 700 files.
 */
export function makeTestHome(): string {
  const home = mkdtempSync(join(realpathSync(temporaryFolder()), "mercado-test-"));
  // Started by root, Postgres runs as another user, who must be able to pass through.
  chmodSync(home, 0o711);
  return home;
}

function temporaryFolder(): string {
  if (process.env["TMPDIR"]) return tmpdir();
  try {
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    return bavail * bsize > ENOUGH_BYTES ? MEMORY_FOLDER : tmpdir();
  } catch {
    return tmpdir();
  }
}
