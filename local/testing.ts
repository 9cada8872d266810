import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openServices, type Services } from "./services.ts";

/**
 * Services of their own for one test file: a fresh Postgres and DynamoDB in a temporary home, which is removed on
 * close, or when this process dies. They ignore the environment, and are quick rather than durable.
 */
export async function openTestServices(): Promise<Services & { home: string }> {
  const home = await mkdtemp(join(await realpath(tmpdir()), "mercado-test-"));
  // Started by root, Postgres runs as another user, who must be able to pass through.
  await chmod(home, 0o711);
  try {
    const services = await openServices({ home, env: {}, durable: false, temporary: true });
    return { ...services, home };
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}
