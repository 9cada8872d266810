import type { Diagnostic } from "../core/diagnostic.ts";
import type { SchemaPolicy, SourceTable } from "../core/source-table.ts";
import type { SourceType } from "../core/source-type.ts";
import { isTooNarrow, widerType } from "../core/wider-type.ts";

/** A column that the source has otherwise than its YAML says. */
export interface Difference {
  readonly column: string;
  readonly kind: "undeclared" | "missing" | "widened" | "narrowed" | "retyped";
  /** As the YAML declares it, or for an undeclared column as raw has it already. */
  readonly declared?: string;
  /** In the source's own words. */
  readonly live?: string;
  /** What a build does about it. */
  readonly effect: string;
  /** Whether raw has not been like this before: it is worth telling. */
  readonly isNews: boolean;
  /** Present where a build stops. */
  readonly problem?: Diagnostic;
}

export function policyOf({ schemaPolicy = "ignore" }: SourceTable): SchemaPolicy {
  return schemaPolicy;
}

export function nameOf({ source, table }: SourceTable): string {
  return `${source}.${table}`;
}

/** The effect of a difference that a policy does not allow. */
export const stops = "stops";

/** How a live type stands to the one that is declared. */
export function relate(
  declared: SourceType,
  live: SourceType,
): "same" | "narrowed" | "widened" | "retyped" {
  if (widerType(declared.type, live.type) === undefined) {
    const isFamily = declared.type.kind === "decimal" && live.type.kind === "decimal";
    if (!isFamily) return "retyped";
  }
  // A text without a declared length takes any text.
  const takesAny = declared.type.kind === "varchar" && declared.type.length === undefined;
  if (takesAny) return "same";
  const [digits, liveDigits] = [declared, live].map(({ precision = Infinity }) => precision);
  if (isTooNarrow(live.type, declared.type) || (liveDigits ?? 0) < (digits ?? 0)) return "narrowed";
  if (isTooNarrow(declared.type, live.type) || (digits ?? 0) < (liveDigits ?? 0)) return "widened";
  return "same";
}
