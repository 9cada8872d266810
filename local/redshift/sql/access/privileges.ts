import { unsupported } from "../redshift-error.ts";
import type { Words } from "./words.ts";

/** A privilege of GRANT in capitals, with the columns that it is limited to. */
export interface Privilege {
  readonly name: string;
  /** With its brackets, or nothing. */
  readonly columns: string;
}

const known = new Set([
  ...["SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "REFERENCES", "TRUNCATE", "CREATE", "USAGE"],
  ...["TEMP", "TEMPORARY", "EXECUTE", "ALL"],
]);

/** The list before ON or FOR. Throws RedshiftError for a privilege that Redshift or the stand-in lacks. */
export function readPrivileges(words: Words): readonly Privilege[] {
  return words.list(() => {
    if (words.reads("alter")) throw unsupported("the stand-in does not carry the privilege ALTER");
    if (!words.isAtEnd && !known.has(peek(words))) throw words.unexpected();
    const name = words.name().toUpperCase();
    if (name === "ALL") words.take("privileges");
    const columns = words.reads("(") ? `(${words.bracketed()})` : "";
    if (columns !== "" && !["SELECT", "UPDATE", "ALL"].includes(name)) throw words.unexpected();
    return { name: name === "TEMPORARY" ? "TEMP" : name, columns };
  });
}

function peek(words: Words): string {
  return [...known].find((name) => words.reads(name.toLowerCase())) ?? "";
}

/** What ALL means for tables, as far as the stand-in carries it. */
export const tablePrivileges = [
  ...["SELECT", "INSERT", "UPDATE", "DELETE", "REFERENCES", "TRUNCATE", "DROP"],
] as const;

/** The names with ALL written out. */
export function expanded(
  privileges: readonly Privilege[],
  all: readonly string[],
): readonly string[] {
  return privileges.flatMap(({ name }) => (name === "ALL" ? all : [name]));
}
