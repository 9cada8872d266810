import type { Role } from "../../core/access.ts";
import { mayRead, mayWrite } from "../../core/access.ts";
import { printBytes } from "../../core/byte-size.ts";
import { didYouMean } from "../../core/closest.ts";
import { counted } from "../../core/counted.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { DiagnosticCode } from "../../core/diagnostic.ts";
import { mentionedRelations } from "../../core/mentioned-relations.ts";
import type { RelationName } from "../../core/relation.ts";
import { baseName } from "../../core/relation.ts";
import { statementFailure } from "../../engine/duckdb/failure.ts";
import type { SandboxOutcome } from "../../engine/duckdb/sandbox/sandbox.ts";

export interface Asked {
  readonly statement: string;
  readonly role: Role;
  /** The relations that the role can read, as far as there are any. */
  readonly readable: readonly RelationName[];
  /** What makes a relation of the project, such as models/gold/sales.sql; undefined of others. */
  readonly makerOf: (relation: RelationName) => string | undefined;
}

type Unanswered = Exclude<SandboxOutcome, { readonly kind: "rows" | "file" | "written" }>;

/** Why there is no answer, in the words of the one who asked. */
export function explainOutcome(outcome: Unanswered, asked: Asked): Failure {
  const { role, statement } = asked;
  const { limits } = role;
  switch (outcome.kind) {
    case "refused":
      return told("ACCESS_DENIED", outcome.reason, outcome.hint);
    case "too_large": {
      const most =
        outcome.what === "rows" ? counted(limits.rows, "row") : printBytes(limits.memoryBytes);
      const message = `The result has more than ${most}, the most for ${role.name}.`;
      return told(
        "RESULT_TOO_LARGE",
        message,
        "Aggregate, filter, or take the first: --limit 1000.",
      );
    }
    case "timeout": {
      const message = `The query took more than ${limits.seconds} s, the most for ${role.name}, and was ended.`;
      return told(
        "QUERY_TIMEOUT",
        message,
        "Read less: filter earlier, or aggregate before joining.",
      );
    }
    case "interrupted":
      return told("QUERY_INTERRUPTED", "The query was interrupted.", "Nothing was changed.");
    case "died":
      return told("WAREHOUSE_FAILED", "The query's process ended.", "Try it again.", outcome.cause);
    case "unprepared":
      return unprepared(outcome.error, asked);
    case "failed":
      return isOutOfMemory(outcome.error)
        ? outOfMemory(role)
        : (denied(outcome.error, asked) ??
            statementFailure(new Error(outcome.error), statement, "the query's memory"));
    default:
      return outcome satisfies never;
  }
}

function told(code: DiagnosticCode, message: string, hint: string, cause?: string): Failure {
  return new Failure([{ code, message, hint, ...(cause === undefined ? {} : { cause }) }]);
}

function isOutOfMemory(error: string): boolean {
  return /Out of Memory/.test(error);
}

function outOfMemory({ name, limits }: Role): Failure {
  const message = `The query wants more memory than ${printBytes(limits.memoryBytes)}, the most for ${name}.`;
  return told("QUERY_OUT_OF_MEMORY", message, "Read fewer columns and rows, or aggregate earlier.");
}

/** The engine's words could show values that a mask hides; only those of a missing file cannot. */
function unprepared(error: string, { role, statement }: Asked): Failure {
  if (isOutOfMemory(error)) return outOfMemory(role);
  const failure = statementFailure(new Error(error), statement, "the query's folder");
  const isPlain = failure.diagnostics.every(({ code }) => code !== "SQL_FAILED");
  if (isPlain) return failure;
  const message = `What ${role.name} sees of the relations cannot be computed.`;
  const hint =
    "A mask or a row filter of pipelines.yaml does not fit its column: runner check, and ask as a role that sees it in clear.";
  return told("ACCESS_INVALID", message, hint);
}

/** What the engine refused because it is not there for this role, or is out of its reach. */
function denied(error: string, asked: Asked): Failure | undefined {
  const { role } = asked;
  if (/Permission Error|file system operations are disabled/.test(error)) {
    const message = `${role.name} may reach no files, folders or networks, only relations.`;
    return told("ACCESS_DENIED", message, readableHint(asked));
  }
  return deniedReading(error, asked) ?? deniedWriting(error, asked);
}

function deniedReading(error: string, asked: Asked): Failure | undefined {
  const { role, readable, statement } = asked;
  const missing = /(?:Table|Schema) with name \\*"?([\w.]+?)\\*"? does not exist/i.exec(error)?.[1];
  if (missing === undefined) return undefined;
  const name = missing.toLowerCase();
  const candidates = mentionedRelations(statement).filter(
    (relation) =>
      !readable.includes(relation) &&
      (relation === name || baseName(relation) === name || relation.startsWith(`${name}.`)),
  );
  const forbidden = candidates.find((relation) => !mayRead(role, relation));
  if (forbidden !== undefined) {
    const message = `${role.name} may not read ${forbidden}.`;
    return told("ACCESS_DENIED", message, readableHint(asked));
  }
  const [unknown] = candidates;
  if (unknown === undefined) return undefined;
  const others = readableHint(asked);
  const hint = didYouMean(unknown, readable, others) ?? others;
  return told("SQL_FAILED", `There is no relation ${unknown}.`, hint);
}

function deniedWriting(error: string, asked: Asked): Failure | undefined {
  const { role, statement } = asked;
  const isOfView = /is not an table|base table|is of type View|type\W+View/.test(error);
  if (!isOfView) return undefined;
  const view = /(?:object|name) \\?"?(\w+)\\?"? (?:is of type|already exists)/i.exec(error)?.[1];
  const mentioned = mentionedRelations(statement);
  const relation = mentioned.find((each) => baseName(each) === view?.toLowerCase()) ?? mentioned[0];
  if (relation === undefined) return undefined;
  const foreign = deniedChange(relation, asked);
  if (foreign !== undefined) return foreign;
  const message = `${role.name} may not change ${relation}, of which it does not see everything.`;
  return told("ACCESS_DENIED", message, "Who sees it whole may change it.");
}

/** Why a role may not make, change or drop a relation, be it there or not; undefined where it may. */
export function deniedChange(
  relation: RelationName,
  { role, makerOf }: Pick<Asked, "role" | "makerOf">,
): Failure | undefined {
  const maker = makerOf(relation);
  if (maker !== undefined) {
    const message = `${role.name} may not change ${relation}: it is made by ${maker}.`;
    return told(
      "ACCESS_DENIED",
      message,
      "Change the model and build it, or write a table of another name.",
    );
  }
  if (mayWrite(role, relation)) return undefined;
  return told("ACCESS_DENIED", `${role.name} may not change ${relation}.`, writableHint(role));
}

function readableHint({ readable, role }: Asked): string {
  if (readable.length === 0) return "Of what it may read, nothing is published yet.";
  return `${role.name} can read ${readable.join(", ")}.`;
}

function writableHint(role: Role): string {
  const zones = Object.entries(role.zones)
    .filter(([, right]) => right === "write")
    .map(([zone]) => zone);
  return zones.length === 0
    ? `${role.name} writes nothing.`
    : `${role.name} writes tables in ${zones.join(", ")}.`;
}
