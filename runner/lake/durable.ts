import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes what was written to a file, or the names in a folder, survive a power failure. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates a folder with its parents; the new names are durable when it returns. */
export async function ensureFolder(folder: string): Promise<void> {
  const firstCreated = await mkdir(folder, { recursive: true });
  if (firstCreated === undefined) return;
  for (let created = folder; ; created = dirname(created)) {
    await sync(dirname(created));
    if (created === firstCreated || created === dirname(created)) return;
  }
}

/** Moves a file to its final name in one step: whoever looks finds the old file or the whole new one. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await sync(from);
  await rename(from, to);
  await sync(dirname(to));
}

/** Replaces a file's content by way of `temporary`, which stands in the same folder. */
export async function replaceDurably(
  path: string,
  temporary: string,
  content: string,
): Promise<void> {
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await sync(dirname(path));
}
