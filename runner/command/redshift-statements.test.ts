import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { production } from "../core/environment.ts";
import { emptyState } from "../core/state.ts";
import type { WarehouseState } from "../core/state.ts";
import { redshiftDialect } from "../dialect/redshift/dialect.ts";
import { loadRedshiftGrammar } from "../dialect/redshift/grammar.ts";
import { relationsOf } from "../execute/publication.ts";
import { plan } from "../plan/plan.ts";
import type { Plan, Step } from "../plan/step.ts";
import { ledgerSetup } from "../record/ledger-schema.ts";
import { publishStatements } from "../record/versions.ts";
import { fileStatements } from "./file-statements.ts";
import { describeStep } from "./print-plan.ts";
import { compileProject, openProject } from "./project.ts";

/**
 * Everything that a first build of this repository's project sends to Redshift, and what the models that grow send in
 * the next one, kept as files so that a change is reviewed as the SQL that it changes. After an intended change:
 *
 *     RENEW_GOLDEN=1 npm test -- runner/command/redshift-statements && git diff runner/command/golden
 */
const renew = process.env.RENEW_GOLDEN === "1";
const folder = path.join(import.meta.dirname, "golden", "redshift");
const iamRole = "default";
const first = { id: "r20260101_000000_000_aaaa", startedAt: "2026-01-01T00:00:00.000Z" };
const second = { id: "r20260102_000000_000_bbbb", startedAt: "2026-01-02T00:00:00.000Z" };

const targetOf = {
  warehouse: { engine: "redshift", iamRole },
  lake: { kind: "s3", address: "s3://mercado/lake" },
} as unknown as Parameters<typeof fileStatements>[0];

interface Planned {
  readonly plan: Plan;
  readonly state: WarehouseState;
}

async function plans(): Promise<readonly [Planned, Planned]> {
  const options = { project: path.resolve(import.meta.dirname, "../..") };
  const linked = await openProject(options);
  const compiled = await compileProject(linked, { target: "prod" });
  const planWith = (state: WarehouseState, run: typeof first) => {
    const { plan: planned, diagnostics } = plan({
      compiled,
      selected: new Set(linked.graph.nodes.keys()),
      dialect: redshiftDialect({ iamRole }),
      fullRefresh: false,
      state,
      run,
    });
    expect(diagnostics).toEqual([]);
    return { plan: planned, state };
  };
  const begun = planWith(emptyState, first);
  const written = begun.plan.steps.flatMap((step) => ("published" in step ? [step] : []));
  const published = new Map(
    written.map((step) => {
      // What a version is changes with every edit of a model; no statement but the ledger's shows it.
      return [step.relation, { ...step.published, fingerprint: "" }] as const;
    }),
  );
  const watermarks = new Map(
    written.flatMap(({ relation, watermark }) =>
      watermark === undefined ? [] : [[relation, "2025-12-31 00:00:00"] as const],
    ),
  );
  const state = {
    ...emptyState,
    environment: production,
    published,
    production: published,
    watermarks,
  };
  return [begun, planWith(state, second)];
}

const isGrowing = (step: Step) => step.kind === "model" && step.mode === "delta";

function filesOf(
  { plan: of, state }: Planned,
  wanted: (step: Step) => boolean,
): ReadonlyMap<string, string> {
  const statements = fileStatements(targetOf, { run: of.run, state });
  const files = new Map<string, string[]>();
  for (const step of of.steps.filter(wanted)) {
    const [relation] = step.kind === "extract" ? [step.id] : relationsOf(step);
    const tested = step.kind === "test" || step.kind === "unit_test" ? step.guards[0] : relation;
    const name = `${tested ?? "tests_of_several"}.sql`;
    files.set(name, [...(files.get(name) ?? []), describeStep(step, statements)]);
  }
  return new Map([...files].map(([name, texts]) => [name, `${texts.join("\n\n")}\n`]));
}

function ledgerFile(of: Plan): string {
  const step = of.steps.find(({ id }) => id === "gold.sales");
  if (step === undefined || !("published" in step)) throw new Error("gold.sales is not built");
  const publication = publishStatements({
    runId: of.run.id,
    publishedAt: first.startedAt,
    environment: production,
    versions: [
      {
        published: { ...step.published, fingerprint: "0123456789abcdef" },
        watermark: "2025-12-31 00:00:00",
        isPointed: false,
        undo: step.undo,
      },
    ] as Parameters<typeof publishStatements>[0]["versions"],
    released: [],
    details: [],
  });
  return [...ledgerSetup, ...publication].map((statement) => `${statement};\n`).join("\n");
}

/** A statement of a file ends with a semicolon at the end of a line. */
const statementsIn = (text: string) =>
  text
    .split(/;\n+/)
    .map((statement) => statement.replace(/^(?:--[^\n]*\n*|\s)+/, "").trim())
    .filter((statement) => statement !== "");

let current: ReadonlyMap<string, string> = new Map();
beforeAll(async () => {
  const [begun, next] = await plans();
  const prefixed = (prefix: string, files: ReadonlyMap<string, string>) =>
    [...files].map(([name, text]) => [`${prefix}${name}`, text] as const);
  current = new Map([
    ...prefixed(
      "",
      filesOf(begun, () => true),
    ),
    ...prefixed("next.", filesOf(next, isGrowing)),
    ["ledger.sql", ledgerFile(begun.plan)],
  ]);
  if (!renew) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of current) writeFileSync(path.join(folder, name), text);
});

describe("every statement that a build of this project sends to Redshift", () => {
  test("is that which was reviewed", () => {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const reviewed = names.map((name) => [name, readFileSync(path.join(folder, name), "utf8")]);
    expect(Object.fromEntries(current)).toEqual(Object.fromEntries(reviewed));
    expect(current.get("gold.sales.sql")).toMatch(/distkey \(customer_id\) sortkey \(date_id\)/);
    expect(current.get("next.gold.sales.sql")).toMatch(/^delete from _physical\./m);
    expect(current.get("extract.oltp.sql")).toMatch(/^copy /m);
    expect([...current.values()].join("\n")).toMatch(/^unload /m);
  });

  test("is read by Redshift's grammar, and is no longer than the Data API takes", async () => {
    const check = await loadRedshiftGrammar();
    const statements = [...current.values()].flatMap(statementsIn);
    const refused = statements.flatMap((sql) =>
      check(sql).map(({ message, offset }) => `${message} ${sql.slice(offset, offset + 60)}`),
    );
    expect(refused).toEqual([]);
    expect(statements.length).toBeGreaterThan(300);
    expect(Math.max(...statements.map((sql) => Buffer.byteLength(sql)))).toBeLessThan(100_000);
  });

  const python = process.env.SQLGLOT_PYTHON ?? "python3";
  const hasSqlglot = spawnSync(python, ["-c", "import sqlglot"]).status === 0;
  const secondOpinion = hasSqlglot ? test : test.skip;
  const why = hasSqlglot ? "" : " (skipped: Python's sqlglot is not installed)";
  secondOpinion(`is read by sqlglot as Redshift's too${why}`, () => {
    const program =
      "import json, sys, sqlglot\nbad = []\nfor s in json.load(sys.stdin):\n  try: sqlglot.parse(s, read='redshift')\n  except Exception as e: bad.append(str(e)[:200] + ' IN ' + s[:200])\nprint(json.dumps(bad))";
    const input = JSON.stringify([...current.values()].flatMap(statementsIn));
    const { stdout } = spawnSync(python, ["-c", program], { input, encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual([]);
  });
});
