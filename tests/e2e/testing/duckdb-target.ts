import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { openDuckDb } from "../../../runner/engine/duckdb/engine.ts";
import { openFolderLake } from "../../../runner/lake/folder-lake.ts";
import { TestProject } from "./project.ts";
import type { OpenedTarget, ProjectPlace } from "./targets.ts";

/** A DuckDB file and a folder, both in the project's home, which is kept and restored as a whole. */
export function duckDbPlace(home: string): ProjectPlace {
  const lake = join(home, "lake");
  const file = join(home, "warehouse.duckdb");
  const nothing = () => Promise.resolve();
  return {
    environment: {},
    pipelines: (text) => text,
    openWarehouse: () => openDuckDb({ file, threads: 2, readOnly: true }),
    lakeFolder: lake,
    openLake: () => openFolderLake({ root: lake }),
    lakeKeys: () => filesBelow(lake),
    keep: nothing,
    restore: nothing,
    loseWarehouse: () => {
      rmSync(file);
      return Promise.resolve();
    },
    passLeaseTime: nothing,
    close: nothing,
  };
}

/** Paths relative to the folder; none where it is missing. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

export function openDuckDbTarget(): Promise<OpenedTarget> {
  return Promise.resolve({
    newProject: (files, databases) => Promise.resolve(new TestProject(files, databases)),
    newProjectOfRepository: (databases) => Promise.resolve(TestProject.ofRepository(databases)),
    close: () => Promise.resolve(),
  });
}
