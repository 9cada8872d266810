import { randomUUID } from "node:crypto";
import path from "node:path";
import { counted } from "../../core/counted.ts";
import { printTable } from "../../record/print-table.ts";
import { endOnInterruption } from "../interruption.ts";
import { exitCodes } from "../options.ts";
import type { ExitCode, GlobalOptions } from "../options.ts";
import {
  checkedFormat,
  defaultLimit,
  deliverFile,
  deliverText,
  jsonLines,
} from "../result-output.ts";
import type { OutputOptions } from "../result-output.ts";
import { RoleSession } from "./role-session.ts";
import type { Answer, RoleOptions } from "./role-session.ts";

export interface RoleQueryOptions extends RoleOptions, OutputOptions {
  readonly limit?: number;
}

/** Runs one statement as a role and prints what it yields. */
export async function roleQueryCommand(
  statement: string,
  options: RoleQueryOptions,
): Promise<ExitCode> {
  checkedFormat(options);
  const session = await RoleSession.open(options, statement);
  endOnInterruption(() => session.close());
  try {
    return await printAnswer(session, statement, options);
  } finally {
    await session.close();
  }
}

/** Asks a statement and prints the answer, of which nothing is printed before all of it is there. */
export async function printAnswer(
  session: RoleSession,
  statement: string,
  options: OutputOptions & GlobalOptions & { readonly limit?: number },
): Promise<ExitCode> {
  const format = checkedFormat(options);
  const { limits } = session.taken.role;
  if (format === "table") {
    const shown = Math.min(options.limit ?? defaultLimit, limits.rows);
    // One row more than is shown tells whether there are more.
    const answer = await session.ask(statement, { kind: "rows", limit: shown + 1 });
    return printShown(answer, shown, options);
  }
  const file = path.join(session.folder, `${randomUUID()}.${format}`);
  const answer = await session.ask(statement, {
    kind: "file",
    format,
    path: file,
    most: limits.rows,
    mostBytes: limits.memoryBytes,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  });
  if (answer.kind === "written") return tellWritten(answer, options);
  await deliverFile(file, options);
  if (answer.kind === "file" && options.output !== undefined) {
    process.stderr.write(`${counted(answer.rows, "row")} in ${options.output}\n`);
  }
  return exitCodes.ok;
}

async function printShown(
  answer: Answer,
  shown: number,
  options: OutputOptions & GlobalOptions,
): Promise<ExitCode> {
  if (answer.kind === "written") return tellWritten(answer, options);
  if (answer.kind === "file") throw new Error("rows were asked for, and a file was written");
  const rows = answer.rows.slice(0, shown);
  const more = answer.rows.length > shown ? ", and more: see --limit" : "";
  await deliverText(`${printTable({ ...answer, rows })}\n`, options);
  process.stderr.write(`${counted(rows.length, "row")}${more}\n`);
  return exitCodes.ok;
}

type Written = Extract<Answer, { readonly kind: "written" }>;

function tellWritten({ changed, rows }: Written, options: OutputOptions & GlobalOptions): ExitCode {
  if (checkedFormat(options) === "json") {
    const { kind = "unchanged", ...rest } = changed ?? {};
    process.stdout.write(jsonLines({ rows: [{ ...rest, change: kind } as never] }));
  }
  process.stderr.write(`${inWords(changed, rows)}\n`);
  return exitCodes.ok;
}

function inWords(changed: Written["changed"], rows: number): string {
  switch (changed?.kind) {
    case undefined:
      return "Nothing was changed.";
    case "dropped":
      return `Dropped ${changed.relation}.`;
    case "created":
      return `Created ${changed.relation} with ${counted(changed.rows, "row")}.`;
    case "replaced":
      return `Replaced ${changed.relation}, which has ${counted(changed.rows, "row")} now.`;
    case "changed":
      return `Changed ${counted(rows, "row")} of ${changed.relation}, which has ${changed.rows} now.`;
    default:
      return changed satisfies never;
  }
}
