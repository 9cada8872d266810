import type { Plan, Step } from "../plan/step.ts";

/** A plan as SQL to read, or as one JSON object a step. The statements are those that a run executes. */
export function printPlan(plan: Plan, json: boolean): string {
  const steps = [...plan.steps, ...(plan.end?.succeeded ?? [])];
  if (json) return steps.map((step) => `${JSON.stringify(summary(step))}\n`).join("");
  return steps.map((step) => `${describe(step)}\n\n`).join("");
}

function summary(step: Step): Record<string, unknown> {
  switch (step.kind) {
    case "extract":
      return {
        id: step.id,
        kind: step.kind,
        after: step.after,
        tables: step.tables.map(({ table, since }) => ({
          relation: table.relation,
          since: since ?? null,
        })),
      };
    case "seed":
    case "model":
      return {
        id: step.id,
        kind: step.kind,
        after: step.after,
        mode: step.mode,
        write: step.write,
        publish: step.publish,
      };
    case "hook": {
      const { id, kind, after, when, statement } = step;
      return { id, kind, after, when, statement };
    }
    case "test":
      return {
        id: step.id,
        kind: step.kind,
        after: step.after,
        severity: step.test.severity,
        query: step.query,
      };
    case "unit_test":
      return {
        id: step.id,
        kind: step.kind,
        after: step.after,
        actual: step.actual,
        expected: step.expected,
      };
  }
}

function describe(step: Step): string {
  switch (step.kind) {
    case "extract": {
      const tables = step.tables.map(
        ({ table, since }) =>
          `--   ${table.relation}: ${since === undefined ? "all rows" : `${table.extract.mode === "incremental" ? table.extract.cursor : "rows"} since ${since}`}`,
      );
      return [`-- ${step.id}: from the connection ${step.connection}`, ...tables].join("\n");
    }
    case "seed":
    case "model":
      return [
        `-- ${step.id}: ${step.kind}, ${step.mode}`,
        ...step.write.map((statement) => `${statement};`),
        "-- when its tests have passed, with all others in one transaction",
        ...step.publish.map((statement) => `${statement};`),
      ].join("\n");
    case "hook":
      return `-- ${step.id}: ${step.when}\n${step.statement};`;
    case "test":
      return step.totals === undefined
        ? `-- ${step.id}: ${step.test.severity} when this returns rows\n${step.query};`
        : `-- ${step.id}: ${step.test.severity} when these are not the control totals of ${step.totals.relation}\n${step.query};`;
    case "unit_test":
      return `-- ${step.id}: fails when this\n${step.actual};\n-- returns other rows than this\n${step.expected};`;
  }
}
