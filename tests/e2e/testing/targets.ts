import type { Services } from "../../../local/services.ts";
import type { Engine } from "../../../runner/core/ports.ts";
import type { StoredLake } from "../../../runner/lake/stored-lake.ts";
import { openDuckDbTarget } from "./duckdb-target.ts";
import type { ShopDatabases } from "./databases.ts";
import type { TestProject } from "./project.ts";
import { openRedshiftTarget } from "./redshift-target.ts";

/** Where one project's warehouse and lake stand, with all that a test does to them past the runner. */
export interface ProjectPlace {
  /** What the runner's process is told besides the project's files. */
  readonly environment: Readonly<Record<string, string>>;
  /** A text of `pipelines.yaml` that is written for DuckDB and a folder, for this place. */
  pipelines(text: string): string;
  /** Opens the warehouse for reading, by the runner's own engine. */
  openWarehouse(): Promise<Engine>;
  openLake(): StoredLake;
  /** Where the lake's store keeps its files on this machine. */
  readonly lakeFolder: string;
  /** Keys of everything in the lake, pointers included, as its store itself has them. */
  lakeKeys(): readonly string[];
  /** Remembers what is in it under a name; no run may be under way. */
  keep(name: string): Promise<void>;
  /** Makes it what it was when that name was kept, or empty. */
  restore(name: string | undefined): Promise<void>;
  /** Takes the warehouse away, and leaves the lake. */
  loseWarehouse(): Promise<void>;
  /** Lets the time go by after which a dead run's lease may be taken over; nothing where a dead run holds nothing. */
  passLeaseTime(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenedTarget {
  newProject(
    files: Readonly<Record<string, string>>,
    databases?: Pick<ShopDatabases, "environment">,
  ): Promise<TestProject>;
  /** A project with this repository's own files. */
  newProjectOfRepository(databases: Pick<ShopDatabases, "environment">): Promise<TestProject>;
  close(): Promise<void>;
}

/** What the end-to-end tests build on: an engine, and the kind of lake that goes with it. */
export interface TestTarget {
  readonly name: string;
  readonly engine: Engine["name"];
  /** Opens what the projects of one test file share; without `services` it has its own Postgres where it needs one. */
  open(services?: Services & { readonly home: string }): Promise<OpenedTarget>;
}

export const duckDb: TestTarget = {
  name: "DuckDB and a folder",
  engine: "duckdb",
  open: openDuckDbTarget,
};

export const redshift: TestTarget = {
  name: "Redshift's stand-in and S3",
  engine: "redshift",
  open: openRedshiftTarget,
};

export const testTargets: readonly TestTarget[] = [duckDb, redshift];
