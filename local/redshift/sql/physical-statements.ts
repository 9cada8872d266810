import type { Client } from "pg";
import { RedshiftError, syntaxError, unsupported } from "./redshift-error.ts";
import { readColumn } from "./table-column.ts";
import { readsAs, type Token } from "./tokens.ts";

const settings = new Set([
  ...[
    "query_group",
    "enable_result_cache_for_session",
    "wlm_query_slot_count",
    "describe_field_name_in_uppercase",
  ],
  ...[
    "enable_case_sensitive_identifier",
    "mv_enable_aqmv_for_session",
    "json_serialization_enable",
  ],
]);

/**
 * What Redshift alone knows of how tables lie on disk and how statements are queued: it changes no result. Tells the
 * statement without it in Postgres's dialect, or undefined when nothing is left to do. Throws RedshiftError.
 */
export function withoutPhysicalClauses(
  plain: string,
  tokens: readonly Token[],
  client: Pick<Client, "getTransactionStatus">,
): string | undefined {
  const reads = (index: number, ...words: string[]) => readsAs(tokens, index, ...words);
  if (reads(0, "vacuum")) {
    if (client.getTransactionStatus() === "T")
      throw new RedshiftError("VACUUM cannot run inside a transaction block", "25001");
    return undefined;
  }
  if (reads(0, "analyze")) return undefined;
  if (reads(0, "set") && settings.has(tokens[1]?.value ?? "")) return undefined;
  if (reads(0, "reset") && settings.has(tokens[1]?.value ?? "")) return undefined;
  if (!reads(0, "alter", "table")) return plain;

  const action = reads(3, ".") ? 5 : 3;
  if (reads(action, "append")) throw unsupported("the stand-in does not have ALTER TABLE APPEND");
  if (reads(action, "alter")) {
    const clauses = ["distkey", "diststyle", "sortkey", "compound", "interleaved", "encode"];
    if (clauses.some((word) => reads(action + 1, word))) return undefined;
    if (reads(action + 3, "encode") || reads(action + 2, "encode")) return undefined;
    if (client.getTransactionStatus() === "T")
      throw new RedshiftError(
        "ALTER TABLE ALTER COLUMN cannot run inside a transaction block",
        "25001",
      );
    return plain;
  }
  if (!reads(action, "add")) return plain;
  const key = reads(action + 1, "constraint") ? action + 3 : action + 1;
  if (reads(key, "primary", "key") || reads(key, "unique") || reads(key, "foreign", "key"))
    return undefined;
  const from = reads(action + 1, "column") ? action + 2 : action + 1;
  if (reads(from, "if", "not", "exists")) return plain;
  if (tokens[from] === undefined) throw syntaxError(undefined, "add");
  const { writtenName, definition } = readColumn(plain, tokens, { from, to: tokens.length });
  return `${plain.slice(0, tokens[from].start)}${writtenName} ${definition}`;
}
