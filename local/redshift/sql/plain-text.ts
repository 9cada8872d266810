import { RedshiftError } from "./redshift-error.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { quotedName, readsAs, textLiteral, tokenize, type Token } from "./tokens.ts";

const longestName = 127;
const longestPostgresName = 63;

/** A statement as Postgres reads its quoting, and what was changed of it for that. */
export interface PlainText {
  readonly plain: string;
  readonly edits: readonly TextEdit[];
}

/**
 * The statement with its quoting as Postgres reads it: names in lower case, texts with their backslash escapes
 * resolved, and no semicolon at its end. Throws RedshiftError for names that are too long.
 */
export function plainText(sql: string): PlainText {
  const tokens = tokenize(sql);
  const edits = tokens.flatMap(({ kind, value, start, end }, index): TextEdit[] => {
    switch (kind) {
      case "word":
        return [];
      case "name":
        checkName(value);
        if (namesUser(tokens, index)) return [];
        return [{ start, end, replacement: quotedName(value) }];
      case "text":
        return [{ start, end, replacement: textLiteral(value) }];
      case "number":
      case "symbol":
        return [];
      default:
        return kind satisfies never;
    }
  });
  for (const { kind, value } of tokens) if (kind === "word") checkName(value);
  return { plain: applyEdits(sql, edits).replace(/[\s;]+$/, ""), edits };
}

/** `owner to "IAM:Ana"`, `authorization "IAM:Ana"`: a user's name keeps its case. */
function namesUser(tokens: readonly Token[], index: number): boolean {
  return readsAs(tokens, index - 2, "owner", "to") || readsAs(tokens, index - 1, "authorization");
}

function checkName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0)
    throw new RedshiftError('zero-length delimited identifier at or near """"', "42601");
  if (bytes > longestName)
    throw new RedshiftError(
      `The length of the identifier "${name}" (${bytes} bytes) exceeds the limit (${longestName} bytes)`,
      "42622",
    );
  if (bytes > longestPostgresName)
    throw new RedshiftError(
      `the stand-in holds names of at most ${longestPostgresName} bytes, and Redshift of ${longestName}: "${name}"`,
      "42622",
    );
}
