import type { Plan, Step } from "../plan/step.ts";
import { exampleDay } from "./file-statements.ts";
import type { FileStatements } from "./file-statements.ts";

/** A plan as SQL to read, or as one JSON object a step. The statements are those that a run executes. */
export function printPlan(plan: Plan, json: boolean, files?: FileStatements): string {
  const steps = [...plan.steps, ...(plan.end?.succeeded ?? [])];
  if (json) return steps.map((step) => `${JSON.stringify(summary(step, files))}\n`).join("");
  return steps.map((step) => `${describeStep(step, files)}\n\n`).join("");
}

function summary(step: Step, files: FileStatements | undefined): Record<string, unknown> {
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
        ...(files === undefined
          ? {}
          : {
              write: step.tables.flatMap((extraction) => files.copy(extraction).write),
              publish: step.tables.flatMap((extraction) => files.copy(extraction).publish),
            }),
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
        ...(files === undefined ? {} : { unload: files.unload(step) }),
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

const whenPublished = "-- when its tests have passed, with all others in one transaction";

/** One step of a plan as SQL to read. */
export function describeStep(step: Step, files?: FileStatements): string {
  switch (step.kind) {
    case "extract": {
      const tables = step.tables.map(
        ({ table, since }) =>
          `--   ${table.relation}: ${since === undefined ? "all rows" : `${table.extract.mode === "incremental" ? table.extract.cursor : "rows"} since ${since}`}`,
      );
      const copies = step.tables.flatMap((extraction) => files?.copy(extraction) ?? []);
      const write = copies.flatMap((copy) => copy.write);
      const publish = copies.flatMap((copy) => copy.publish);
      return [
        `-- ${step.id}: from the connection ${step.connection}`,
        ...tables,
        ...(write.length === 0 ? [] : ["-- then their files, which a list in the lake names"]),
        ...write.map((statement) => `${statement};`),
        ...(publish.length === 0 ? [] : [whenPublished]),
        ...publish.map((statement) => `${statement};`),
      ].join("\n");
    }
    case "seed":
    case "model": {
      const unloads = files?.unload(step) ?? [];
      const byDay =
        step.partitionBy === undefined
          ? ""
          : `: each day that the query finds, as here that of ${exampleDay}`;
      return [
        `-- ${step.id}: ${step.kind}, ${step.mode}`,
        ...step.write.map((statement) => `${statement};`),
        ...(unloads.length === 0 ? [] : [`-- to the lake, when its tests have passed${byDay}`]),
        ...unloads.map((statement) => `${statement};`),
        whenPublished,
        ...step.publish.map((statement) => `${statement};`),
      ].join("\n");
    }
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
