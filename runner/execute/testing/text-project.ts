import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compile } from "../../compile/compile.ts";
import type { CompiledProject } from "../../compile/compile.ts";
import type { Access } from "../../core/access.ts";
import { production } from "../../core/environment.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { StepOutcome } from "../../core/event.ts";
import type { NodeId } from "../../core/node.ts";
import { duckdbDialect } from "../../dialect/duckdb/dialect.ts";
import { link } from "../../graph/link.ts";
import { loadHelpers } from "../../load/helpers.ts";
import { loadProjectFiles } from "../../load/project-files.ts";
import { parseProject } from "../../parse/project.ts";
import { plan } from "../../plan/plan.ts";
import type { PlanRequest } from "../../plan/request.ts";
import type { Plan } from "../../plan/step.ts";
import { openTestWarehouse } from "./warehouse.ts";
import type { TestWarehouse } from "./warehouse.ts";

const pipelines = `project: text
default_target: local
targets: { local: { engine: duckdb, warehouse: w.duckdb, lake: lake } }
`;

export type Files = Readonly<Record<string, string>>;

interface ReadProject {
  readonly compiled?: CompiledProject;
  readonly access?: Access;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a project from texts by path, as the command line does. */
export async function readTextProject(files: Files): Promise<ReadProject> {
  const root = mkdtempSync(join(tmpdir(), "mercado-text-"));
  try {
    for (const [name, text] of Object.entries({ "pipelines.yaml": pipelines, ...files })) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    const parsed = parseProject(loadProjectFiles(root));
    if (parsed.project === undefined) return parsed;
    const linked = link(parsed.project);
    const { helpers } = await loadHelpers(root, parsed.project.macros.helperFiles);
    const diagnostics = [...parsed.diagnostics, ...linked.diagnostics];
    if (diagnostics.length > 0) return { diagnostics };
    const compiled = compile(linked.graph, {
      partials: parsed.project.macros.partials,
      helpers,
      vars: parsed.project.pipelines.value.vars,
      env: {},
      helperChecksums: new Map(),
    });
    return { compiled, access: parsed.project.access, diagnostics };
  } finally {
    rmSync(root, { recursive: true });
  }
}

export interface Ran {
  readonly plan: Plan;
  readonly status: string;
  readonly outcomes: ReadonlyMap<string, StepOutcome>;
}

/** A project of texts, and a warehouse in memory that it is built in. */
export class TextProject {
  readonly warehouse: TestWarehouse;

  private constructor(warehouse: TestWarehouse) {
    this.warehouse = warehouse;
  }

  static async open(): Promise<TextProject> {
    return new TextProject(await openTestWarehouse());
  }

  /** Builds all of a project, or what `selected` names, as the run `run<number>` on the day of that number of March 2026. */
  async build(
    number: number,
    files: Files,
    given: Partial<Omit<PlanRequest, "selected">> & { readonly selected?: readonly NodeId[] } = {},
  ): Promise<Ran> {
    const { compiled, diagnostics } = await readTextProject(files);
    if (compiled === undefined) throw new Error(JSON.stringify(diagnostics));
    const { selected = [...compiled.graph.nodes.keys()], ...request } = given;
    const planned = plan({
      compiled,
      selected: new Set(selected),
      state: await this.warehouse.ledger.state(production),
      dialect: duckdbDialect,
      run: { id: `run${number}`, startedAt: `2026-03-0${number}T00:00:00.000Z` },
      fullRefresh: false,
      ...request,
    });
    if (planned.diagnostics.length > 0) throw new Error(JSON.stringify(planned.diagnostics));
    const { status, outcomes } = await this.warehouse.execute(number, planned.plan.steps, {
      locate: compiled.locate,
    });
    return {
      plan: planned.plan,
      status,
      outcomes: new Map(outcomes.map((outcome) => [outcome.id, outcome])),
    };
  }

  close(): Promise<void> {
    return this.warehouse.close();
  }
}
