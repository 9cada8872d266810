import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { directIo } from "../core/io.ts";
import type { LakeFile } from "../core/manifest.ts";
import type { Lake } from "../core/ports.ts";
import { openFolderLake } from "./folder-lake.ts";
import { failureOf } from "../core/testing/failure-of.ts";
import { manifestOf } from "./testing/lakes.ts";

const relation = "raw.customer";

let folder: string;
let nextRoot = 0;
beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), "mercado-lake-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function newRoot(): string {
  nextRoot += 1;
  return join(folder, String(nextRoot), "lake");
}

async function commit(lake: Lake, runId: string, content: string, part = 0): Promise<LakeFile> {
  const key = lake.partKey(relation, runId, part);
  await writeFile(await lake.stagePart(key), content);
  return lake.commitPart(key, runId, 7);
}

describe("a part", () => {
  test("stands under no name that ends in .parquet before it is committed", async () => {
    const lake = openFolderLake({ root: newRoot() });
    const key = lake.partKey(relation, "r1", 0);
    await writeFile(await lake.stagePart(key), "half a fi");
    const names = await readdir(join(lake.locate(key), ".."));
    expect(names.filter((name) => name.endsWith(".parquet"))).toEqual([]);
    expect(names).toHaveLength(1);
  });
});

describe("a manifest", () => {
  test("comes back as it was written, also after the lake's folder has moved", async () => {
    const root = newRoot();
    const lake = openFolderLake({ root });
    const manifest = manifestOf("r1", [
      { ...(await commit(lake, "r1", "a")), sums: { price: "12.50" } },
      await commit(lake, "r1", "b", 1),
    ]);
    await lake.writeManifest(manifest);
    expect(await lake.readManifest(relation)).toEqual(manifest);
    const known = {
      ...manifest,
      totals: { rows: 9, sums: { price: "12.50" } },
      watermark: "2026-03-01T10:00:00.000001Z",
      identity: "7/5",
      intervals: [{ start: "2026-03-01T00:00:00.000Z", end: "2026-03-02T00:00:00.000Z" }],
    };
    await lake.writeManifest(known);
    expect(await lake.readManifest(relation)).toEqual(known);
    await lake.writeManifest(manifest);

    const moved = newRoot();
    await mkdir(join(moved, ".."), { recursive: true });
    await rename(root, moved);
    const movedLake = openFolderLake({ root: moved });
    const found = await movedLake.readManifest(relation);
    expect(found).toEqual(manifest);
    expect(await readFile(movedLake.locate(found!.files[1]!.key), "utf8")).toBe("b");
    expect(await lake.readManifest(relation)).toBeUndefined();
  });

  test("is always whole for a reader while a writer replaces it", async () => {
    const root = newRoot();
    const lake = openFolderLake({ root });
    const files = await Promise.all(
      Array.from({ length: 60 }, (_, part) => commit(lake, "r1", String(part), part)),
    );
    const few = manifestOf("few", files.slice(0, 1));
    const many = manifestOf("many", files);
    await lake.writeManifest(few);
    const progress = { writing: true };
    const seen = new Set<string>();
    const writer = (async () => {
      for (let swap = 0; swap < 60; swap += 1) await lake.writeManifest(swap % 2 ? few : many);
      progress.writing = false;
    })();
    const reader = openFolderLake({ root });
    while (progress.writing) {
      const manifest = await reader.readManifest(relation);
      expect(manifest).toEqual(manifest?.runId === "few" ? few : many);
      seen.add(manifest!.runId);
    }
    await writer;
    expect(seen).toEqual(new Set(["few", "many"]));
  });
});

describe("a lake's folder", () => {
  test("names the relations and runs in it, published or not", async () => {
    const lake = openFolderLake({ root: newRoot() });
    expect(await lake.relations()).toEqual([]);
    expect(await lake.runsOf(relation)).toEqual([]);
    await commit(lake, "r2", "never published");
    await lake.writeManifest(manifestOf("r1", [await commit(lake, "r1", "published")]));
    expect(await lake.relations()).toEqual([relation]);
    expect(await lake.runsOf(relation)).toEqual(["r1", "r2"]);
  });

  test("finds and removes the files of a run that are parted by day, and the days that are empty then", async () => {
    const lake = openFolderLake({ root: newRoot() });
    const put = async (runId: string, day: string) => {
      const key = lake.partKey(relation, runId, 0, day);
      await writeFile(await lake.stagePart(key), "rows");
      return lake.commitPart(key, runId, 1);
    };
    const kept = await put("r1", "2026-03-01");
    const gone = await put("r2", "2026-03-01");
    await put("r2", "__HIVE_DEFAULT_PARTITION__");
    expect(gone.key).toBe("raw/customer/dt=2026-03-01/run=r2/part-00000.parquet");
    expect(await lake.runsOf(relation)).toEqual(["r1", "r2"]);

    expect(
      await lake.removeFiles(relation, { runs: new Set(["r2"]), keep: new Set([kept.key]) }),
    ).toEqual({
      files: 2,
      bytes: 8,
    });
    expect(await lake.runsOf(relation)).toEqual(["r1"]);
    expect(await readdir(lake.locate("raw/customer"))).toEqual(["dt=2026-03-01"]);
    expect(await readdir(lake.locate("raw/customer/dt=2026-03-01"))).toEqual(["run=r1"]);
  });

  test("loses a removed run's files but those that are kept", async () => {
    const lake = openFolderLake({ root: newRoot() });
    const kept = await commit(lake, "r1", "kept");
    const removed = await commit(lake, "r1", "removed", 1);
    const other = await commit(lake, "r2", "of another run");
    await writeFile(await lake.stagePart(lake.partKey(relation, "r1", 2)), "staged");

    await lake.removeFiles(relation, { runs: new Set(["r1"]), keep: new Set([kept.key]) });
    expect(await readdir(join(lake.locate(kept.key), ".."))).toEqual(["part-00000.parquet"]);
    await expect(readFile(lake.locate(removed.key))).rejects.toThrow("ENOENT");

    await lake.removeFiles(relation, { runs: new Set(["r1"]) });
    await lake.removeFiles(relation, { runs: new Set(["r1"]) });
    expect(await lake.runsOf(relation)).toEqual(["r2"]);
    expect(await readFile(lake.locate(other.key), "utf8")).toBe("of another run");
  });

  test("that is a file is named, with a way out", async () => {
    const root = newRoot();
    await mkdir(join(root, ".."), { recursive: true });
    await writeFile(root, "");
    const lake = openFolderLake({ root });
    const key = lake.partKey(relation, "r1", 0);
    const [diagnostic] = (await failureOf(lake.stagePart(key))).diagnostics;
    expect(diagnostic).toMatchObject({ code: "LAKE_CORRUPT" });
    expect(diagnostic!.message).toContain(root);
  });

  test("that is full says so and publishes nothing", async () => {
    const lake = openFolderLake({ root: newRoot() });
    const published = manifestOf("r1", [await commit(lake, "r1", "published")]);
    await lake.writeManifest(published);
    const full = openFolderLake({
      root: join(lake.locate("raw"), ".."),
      io: {
        ...directIo,
        call: ({ action }, perform) => {
          if (action !== "put manifest") return perform();
          const error = new Error("ENOSPC: no space left on device, write");
          return Promise.reject(Object.assign(error, { code: "ENOSPC" }));
        },
      },
    });
    const failure = await failureOf(full.writeManifest(manifestOf("r2", published.files)));
    expect(failure.diagnostics[0]).toMatchObject({ code: "DISK_FULL" });
    expect(await lake.readManifest(relation)).toEqual(published);
  });
});
