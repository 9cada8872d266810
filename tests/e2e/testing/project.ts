import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTestHome } from "../../../local/testing.ts";
import { start } from "./cli.ts";
import type { Ended, Started } from "./cli.ts";
import type { ShopDatabases } from "./databases.ts";
import { duckDbPlace } from "./duckdb-target.ts";
import type { ProjectPlace } from "./targets.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** A project in a temporary folder, with a home of its own, that reads the given databases. */
export class TestProject {
  readonly folder = makeTestHome();
  readonly place: ProjectPlace;
  readonly #databases: Pick<ShopDatabases, "environment">;

  /** Without databases for a project that extracts nothing; by default on DuckDB, in the project's home. */
  constructor(
    files: Readonly<Record<string, string>>,
    databases: Pick<ShopDatabases, "environment"> = { environment: {} },
    place?: ProjectPlace,
  ) {
    this.#databases = databases;
    this.place = place ?? duckDbPlace(this.home);
    this.write(files);
  }

  /** This repository's own project. */
  static ofRepository(
    databases: Pick<ShopDatabases, "environment">,
    place?: ProjectPlace,
  ): TestProject {
    const project = new TestProject({}, databases, place);
    for (const part of ["sources", "models", "macros", "seeds"]) {
      cpSync(join(repository, part), join(project.folder, part), { recursive: true });
    }
    project.write({
      "pipelines.yaml": readFileSync(join(repository, "pipelines.yaml"), "utf8"),
    });
    // Macros are ES modules, as they are here.
    project.write({ "package.json": '{"type":"module"}' });
    mkdirSync(join(project.folder, "tests"));
    for (const part of ["unit", "fixtures"]) {
      cpSync(join(repository, "tests", part), join(project.folder, "tests", part), {
        recursive: true,
      });
    }
    for (const name of readdirSync(join(repository, "tests"))) {
      if (!/\.(sql|yml)$/.test(name)) continue;
      cpSync(join(repository, "tests", name), join(project.folder, "tests", name));
    }
    return project;
  }

  get home(): string {
    return join(this.folder, ".mercado");
  }

  get warehouse(): string {
    return join(this.home, "warehouse.duckdb");
  }

  get lake(): string {
    return this.place.lakeFolder;
  }

  /** Writes files of the project over what is there. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, name === "pipelines.yaml" ? this.place.pipelines(text) : text);
    }
  }

  /** Makes these files all that there is of the project. */
  become(files: Readonly<Record<string, string>>): void {
    const others = new Set([this.home, join(this.folder, "kept")]);
    for (const name of readdirSync(this.folder)) {
      const path = join(this.folder, name);
      if (!others.has(path)) rmSync(path, { recursive: true });
    }
    this.write(files);
  }

  /** Removes files of the project. */
  remove(...names: readonly string[]): void {
    for (const name of names) rmSync(join(this.folder, name));
  }

  start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    fileLimit?: number,
  ): Started {
    const { environment } = this.#databases;
    const all = { MERCADO_HOME: this.home, ...environment, ...this.place.environment, ...env };
    return start(args, { cwd: this.folder, env: all, fileLimit });
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** Runs what has to succeed. */
  async ok(...args: readonly string[]): Promise<Ended> {
    const ended = await this.run(args);
    if (ended.code !== 0) {
      const end = ended.signal ?? String(ended.code);
      throw new Error(`${args.join(" ")} ended with ${end}:\n${ended.stderr}${ended.stdout}`);
    }
    return ended;
  }

  /** Remembers under a name what was built; no run may be under way. */
  async keep(name: string): Promise<void> {
    await this.place.keep(name);
    cpSync(this.home, this.#kept(name), { recursive: true });
  }

  /** Goes back to what `make`, by default a build, made at the first call under that name, a word in lower case. */
  async once(name: string, make: () => Promise<unknown> = () => this.ok("build")): Promise<void> {
    if (existsSync(this.#kept(name))) return this.restore(name);
    await make();
    await this.keep(name);
  }

  /** Goes back to what was built when that name was kept, or to nothing. */
  async restore(name: string | undefined): Promise<void> {
    await this.place.restore(name);
    this.takeHome(name === undefined ? undefined : this.#kept(name));
  }

  #kept(name: string): string {
    return join(this.folder, "kept", name);
  }

  /** Puts a copy of another home in the place of this project's, or none. */
  takeHome(home: string | undefined): void {
    rmSync(this.home, { recursive: true, force: true });
    if (home !== undefined) cpSync(home, this.home, { recursive: true });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
