import { didYouMean } from "../../core/closest.ts";
import { Failure } from "../../core/diagnostic.ts";
import { printTable } from "../../record/print-table.ts";
import type { RoleSession } from "./role-session.ts";

export const shellHelp = `Write SQL, on as many lines as you like; a semicolon asks it.
\\d             the relations that you can read
\\d zone.name   the columns of one, and which of them are masked
\\timing        tell how long each statement takes, or stop it
\\help          this
\\q             leave, as Ctrl-D does; Ctrl-C ends a statement, or forgets what was begun
`;

/** What a line asks of the shell itself; words without a backslash where other shells know them so. */
export type ShellCommand =
  | { readonly kind: "leave" | "help" | "timing" | "list" }
  | { readonly kind: "describe"; readonly relation: string };

/** Reads a line that begins no statement; undefined where it is none of the shell's. */
export function readShellCommand(line: string): ShellCommand | undefined {
  const [name = "", argument] = line.trim().replace(/;$/, "").split(/\s+/);
  const word = name.toLowerCase();
  const isAlone = argument === undefined;
  if (word === "\\q" || (isAlone && ["exit", "quit"].includes(word))) return { kind: "leave" };
  if (["\\?", "\\h", "\\help"].includes(word) || (isAlone && word === "help")) {
    return { kind: "help" };
  }
  if (word === "\\timing") return { kind: "timing" };
  if (word === "\\d") {
    return isAlone ? { kind: "list" } : { kind: "describe", relation: argument };
  }
  if (!name.startsWith("\\")) return undefined;
  const hint = didYouMean(word, ["\\d", "\\timing", "\\q"], "\\help lists those there are.");
  throw new Failure([{ code: "CLI_USAGE", message: `There is no command ${name}.`, hint }]);
}

/** Prints what there is to read. */
export async function listRelations(session: RoleSession): Promise<void> {
  const relations = await session.relations();
  const rows = relations.map(({ manifest, columns, condition }) => ({
    relation: manifest.relation,
    rows: condition ?? "all",
    masked: columns
      .filter(({ mask }) => mask !== undefined)
      .map(({ name }) => name)
      .join(", "),
  }));
  printNamed(["relation", "rows", "masked"], rows);
}

/** Prints the columns of a relation, and how they are seen. */
export async function describeRelation(session: RoleSession, wanted: string): Promise<void> {
  const relations = await session.relations();
  const found = relations.find(({ manifest }) => manifest.relation === wanted.toLowerCase());
  if (found === undefined) {
    const message = `${session.taken.role.name} can read no relation ${wanted}.`;
    const names = relations.map(({ manifest }) => manifest.relation);
    const hint = didYouMean(wanted, names, "\\d lists those there are.");
    throw new Failure([{ code: "ACCESS_DENIED", message, hint }]);
  }
  const rows = found.columns.map(({ name, type, mask }) => ({
    column: name,
    type,
    seen: mask === undefined ? "in clear" : seenAs(mask.kind),
  }));
  printNamed(["column", "type", "seen"], rows);
}

function seenAs(kind: "hide" | "hash" | "expression"): string {
  return { hide: "hidden", hash: "as a hash", expression: "masked" }[kind];
}

function printNamed(names: readonly string[], rows: readonly Record<string, string>[]): void {
  const columns = names.map((name) => ({ name, type: "VARCHAR" }));
  process.stdout.write(`${printTable({ columns, rows })}\n`);
}
