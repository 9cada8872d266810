import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The secret with which this machine signs and verifies tokens where none is configured. It is made at random when first
 * wanted and kept in `home`, readable by its owner alone.
 */
export async function developmentSecret(home: string): Promise<string> {
  const path = join(home, "api-development-secret");
  const found = await readFile(path, "utf8").catch(() => undefined);
  if (found !== undefined) return found;
  await mkdir(home, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, randomBytes(32).toString("base64url"), { mode: 0o600 });
  // Whoever links first has made the secret; the others take that one.
  await link(draft, path).catch(() => undefined);
  await rm(draft);
  return readFile(path, "utf8");
}
