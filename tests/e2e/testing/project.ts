import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTestHome } from "../../../local/testing.ts";
import { start } from "./cli.ts";
import type { Ended, Started } from "./cli.ts";
import type { ShopDatabases } from "./databases.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** A project in a temporary folder, with a home of its own, that reads the given databases. */
export class TestProject {
  readonly folder = makeTestHome();
  readonly #databases: Pick<ShopDatabases, "environment">;

  /** Without databases for a project that extracts nothing. */
  constructor(
    files: Readonly<Record<string, string>>,
    databases: Pick<ShopDatabases, "environment"> = { environment: {} },
  ) {
    this.#databases = databases;
    this.write(files);
  }

  /** This repository's own project. */
  static ofRepository(databases: Pick<ShopDatabases, "environment">): TestProject {
    const project = new TestProject({}, databases);
    for (const part of ["pipelines.yaml", "sources", "models", "macros", "seeds"]) {
      cpSync(join(repository, part), join(project.folder, part), { recursive: true });
    }
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
    return join(this.home, "lake");
  }

  /** Writes files of the project over what is there. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
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
    const surroundings = { MERCADO_HOME: this.home, ...this.#databases.environment, ...env };
    return start(args, { cwd: this.folder, env: surroundings, fileLimit });
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

  /** Puts a copy of another home in the place of this project's, or none. */
  takeHome(home: string | undefined): void {
    rmSync(this.home, { recursive: true, force: true });
    if (home !== undefined) cpSync(home, this.home, { recursive: true });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
