import { printColumnType } from "../core/column-type.ts";
import { counted } from "../core/counted.ts";
import { production } from "../core/environment.ts";
import { fits } from "../core/fits.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { Extractor, ItemSample } from "../core/ports.ts";
import { alignTable, showValue } from "../core/text-table.ts";
import { compareWithSource } from "../execute/source-contract.ts";
import type { Difference } from "../execute/source-difference.ts";
import { colorsFor, printDiagnostic } from "../record/print-diagnostic.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { nameOf, namedTables, withConnections } from "./source-tables.ts";
import { peekState } from "./warehouse.ts";

interface CheckedTable {
  readonly table: SourceTable;
  readonly differences: readonly Difference[];
  readonly problems: readonly NonNullable<Difference["problem"]>[];
  /** Of an untyped source, the items that were looked at. */
  readonly sampledItems?: number;
}

const sampledItems = 200;

/** Shows how the live sources differ from their YAML and what a build would do about it; exit 1 where it would stop. */
export async function checkSourcesCommand(
  names: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const linked = await openProject(options);
  const tables = namedTables(linked, names);
  const checked = await withConnections(linked, options.target, async (connections, target) => {
    const { manifests } = await peekState(target, production);
    const results: CheckedTable[] = [];
    for (const table of tables) {
      const extractor = await connections.extractor(table.connection);
      const live = await extractor.liveColumns(table);
      const known = manifests.get(table.relation)?.columns;
      const compared = compareWithSource(table, live, known);
      results.push(
        live === "untyped"
          ? await checkSample(table, extractor)
          : { table, differences: compared.differences, problems: compared.problems },
      );
    }
    return results;
  });
  if (options.json === true) process.stdout.write(checked.map(jsonLine).join(""));
  else print(checked);
  return checked.some(stops) ? exitCodes.failed : exitCodes.ok;
}

function stops({ problems }: CheckedTable): boolean {
  return problems.length > 0;
}

/** Attributes that no column reads, and values of some items that their columns do not take. */
async function checkSample(table: SourceTable, extractor: Extractor): Promise<CheckedTable> {
  const sample = await extractor.sample?.(table, sampledItems);
  if (sample === undefined) return { table, differences: [], problems: [] };
  const kept = table.connector !== "postgres" && table.explode === undefined;
  const undeclared = sample.attributes.map(({ name, kinds, rows }): Difference => ({
    column: name,
    kind: "undeclared",
    live: `${kinds.join(" or ")} in ${counted(rows, "row")}`,
    effect: kept ? "keeps it in _item" : "leaves it out",
    isNews: false,
  }));
  const misfits = misfitsOf(table, sample);
  return {
    table,
    differences: [...misfits, ...undeclared],
    problems: misfits.flatMap(({ problem }) => problem ?? []),
    sampledItems: sample.items,
  };
}

function misfitsOf(table: SourceTable, { rows }: ItemSample): readonly Difference[] {
  return table.columns.flatMap((column, index): Difference[] => {
    const wrong = rows.filter((row) => {
      const text = row[index] ?? null;
      return text === null ? !column.nullable : !fits(column.type, text);
    });
    const [first] = wrong;
    if (first === undefined) return [];
    const declared = printColumnType(column.type);
    const live = `${showValue(first[index] ?? null).slice(0, 40)} in ${counted(wrong.length, "row")}`;
    const difference = { column: column.name, kind: "retyped", declared, live } as const;
    if (table.rejectShare !== undefined) {
      return [{ ...difference, effect: "rejects such rows", isNews: true }];
    }
    const problem = {
      code: "EXTRACT_FAILED" as const,
      message: `${nameOf(table)}.${column.name} is declared as ${declared}, and a sample of the source holds ${live}.`,
      place: column.place,
      hint: "Correct the items, declare a type that takes the values, or let such rows go to a quarantine: rejects: 0.1%",
    };
    return [{ ...difference, effect: "stops", isNews: true, problem }];
  });
}

function jsonLine(checked: CheckedTable): string {
  const { table, differences, problems, sampledItems: items } = checked;
  return `${JSON.stringify({
    source: table.source,
    table: table.table,
    relation: table.relation,
    on_schema_change: table.schemaPolicy ?? "ignore",
    stops: stops(checked),
    sampled_items: items,
    differences: differences.map(({ column, kind, declared, live, effect }) => ({
      column,
      kind,
      declared,
      live,
      effect,
    })),
    problems,
  })}\n`;
}

function print(checked: readonly CheckedTable[]): void {
  const rows = checked.flatMap(({ table, differences, problems }) => {
    const first = [nameOf(table), table.schemaPolicy ?? "ignore"];
    if (differences.length === 0) {
      return [[...first, "", "", "", problems.length > 0 ? "stops" : "finds no difference"]];
    }
    return differences.map(({ column, declared = "", live = "", effect }, index) => [
      ...(index === 0 ? first : ["", ""]),
      column,
      declared,
      live,
      effect,
    ]);
  });
  const header = ["table", "on_schema_change", "column", "declared", "in the source", "a build"];
  process.stdout.write(`${alignTable([header, ...rows]).join("\n")}\n`);
  const colors = colorsFor(process.stderr);
  for (const problem of checked.flatMap(({ problems }) => problems)) {
    process.stderr.write(`\n${printDiagnostic(problem, colors)}`);
  }
  const items = checked.flatMap(({ sampledItems: number }) => number ?? []);
  if (items.length > 0) {
    const most = Math.max(...items);
    process.stderr.write(
      `note: DynamoDB has no types: its tables were looked at in a sample of up to ${counted(most, "item")}.\n`,
    );
  }
  const stopping = checked.filter(stops).map(({ table }) => nameOf(table));
  const verdict =
    stopping.length === 0
      ? "A build would go on."
      : `A build would stop at ${stopping.join(", ")}.`;
  process.stderr.write(`${counted(checked.length, "table")} compared. ${verdict}\n`);
}
