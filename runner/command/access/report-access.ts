import type { ClassedRelation } from "../../access/relations.ts";
import { columnSights } from "../../access/report.ts";
import type { ColumnSight } from "../../access/report.ts";
import { accessTable } from "../../access/table.ts";
import type { Access } from "../../core/access.ts";
import { didYouMean } from "../../core/closest.ts";
import type { LakeManifest } from "../../core/manifest.ts";
import { Failure } from "../../core/diagnostic.ts";
import { alignTable } from "../../core/text-table.ts";
import { exitCodes } from "../options.ts";
import type { ExitCode, GlobalOptions } from "../options.ts";
import { openProject } from "../project.ts";
import { openPointers } from "../lake-pointers.ts";
import { classedRelations, knownRelations } from "./classed-relations.ts";
import { declaredAccess } from "./declared-access.ts";
import { markdownTable, printTable } from "./print-access.ts";

interface ReportOptions extends GlobalOptions {
  readonly role?: string;
  /** zone.relation.column */
  readonly column?: string;
  readonly format?: "text" | "markdown";
}

/** Answers who can see a column, and what a role can see, in the project and in the lake. Needs no warehouse. */
export async function reportAccessCommand(options: ReportOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const access = declaredAccess(linked.project);
  const { role, column, format = "text", json = false } = options;
  if (role === undefined && column === undefined) {
    const table = accessTable(access, await classedRelations(linked));
    const rows = [
      ...table.zones.map((row) => ({ type: "zone", ...row })),
      ...table.classes.map((row) => ({ type: "class", ...row })),
    ];
    process.stdout.write(json ? linesOf(rows) : printTable(table, format));
    return exitCodes.ok;
  }
  const relations = await knownRelations(linked, await manifestsOfLake(options));
  const roles = role === undefined ? access.roles : [roleNamed(role, access)];
  const wanted = column === undefined ? relations : [columnNamed(column, relations)];
  const sights = columnSights(access, roles, wanted);
  if (json) process.stdout.write(linesOf(sights));
  else {
    const rows = column === undefined ? relationCells(sights) : roleCells(sights);
    process.stdout.write(
      format === "markdown"
        ? markdownTable(rows)
        : alignTable(rows)
            .map((line) => `${line}\n`)
            .join(""),
    );
  }
  return exitCodes.ok;
}

/** A lake that cannot be read keeps nothing of the project from being told. */
async function manifestsOfLake(options: GlobalOptions): Promise<readonly LakeManifest[]> {
  try {
    return (await openPointers(options)).pointed.map(({ manifest }) => manifest);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [cause] = error.diagnostics;
    process.stderr.write(`note: told without what only the lake knows: ${cause?.message ?? ""}\n`);
    return [];
  }
}

function linesOf(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function roleNamed(name: string, { roles }: Access): Access["roles"][number] {
  const found = roles.find((role) => role.name === name);
  if (found !== undefined) return found;
  const names = roles.map((role) => role.name);
  const hint = didYouMean(name, names, `Roles: ${names.join(", ")}.`);
  throw new Failure([
    { code: "ACCESS_ROLE_UNKNOWN", message: `There is no role "${name}".`, hint },
  ]);
}

function columnNamed(text: string, relations: readonly ClassedRelation[]): ClassedRelation {
  const all = relations.flatMap(({ relation, columns }) =>
    columns.map((column) => ({ name: `${relation}.${column.name}`, relation, column })),
  );
  const found = all.find(({ name }) => name === text);
  if (found !== undefined) return { relation: found.relation, columns: [found.column] };
  const hint = didYouMean(
    text,
    all.map(({ name }) => name),
    "Write zone.relation.column, such as gold.customer.email.",
  );
  throw new Failure([{ code: "CLI_USAGE", message: `There is no column ${text}.`, hint }]);
}

/** A line a role: who can see one column. */
function roleCells(sights: readonly ColumnSight[]): readonly (readonly string[])[] {
  return [
    ["role", "column", "classes", "sees it", "rows"],
    ...sights.map((each) => [
      each.role,
      `${each.relation}.${each.column}`,
      each.classes.join(", ") || "-",
      each.seen === "none" ? "not at all" : each.seen,
      each.seen === "none" ? "-" : (each.rows ?? "all"),
    ]),
  ];
}

/** A line a relation: what one role can see. */
function relationCells(sights: readonly ColumnSight[]): readonly (readonly string[])[] {
  const relations = [...new Set(sights.map(({ relation }) => relation))];
  const readable = relations.flatMap((relation) => {
    const columns = sights.filter((each) => each.relation === relation && each.seen !== "none");
    const [first] = columns;
    if (first === undefined) return [];
    const veiled = columns.filter(({ seen }) => seen !== "clear");
    return [
      [
        relation,
        first.rows ?? "all",
        veiled.map(({ column, seen }) => `${column} (${seen})`).join(", ") || "none",
      ],
    ];
  });
  return [["relation", "rows", "columns not in clear"], ...readable];
}
