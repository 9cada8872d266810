import { checkStatement } from "./refusals/check-statement.ts";
import { checkWords } from "./refusals/clauses.ts";
import { refuseReservedNames } from "./refusals/reserved-words.ts";
import { declareTypes } from "./declared-types.ts";
import { placedIn } from "./error-place.ts";
import { redirectFunctions } from "./redirected-functions.ts";
import { namedRelations, type NamedRelation } from "./named-relations.ts";
import { parseStatement, type Fields } from "./syntax-tree.ts";
import { applyEdits, offsetBeforeEdits } from "./text-edits.ts";
import { tokenize } from "./tokens.ts";

/** A statement that Redshift would accept, as Postgres must be told it. */
export interface Translation {
  readonly statement: string;
  /** The type of the statement's node in Postgres's syntax tree, such as SelectStmt. */
  readonly type: string;
  readonly fields: Fields;
  readonly relations: readonly NamedRelation[];
}

/**
 * Checks a statement in plain text (see plain-text.ts) and turns Redshift's words into Postgres's. Throws RedshiftError
 * for what Redshift lacks.
 */
export async function translate(plain: string): Promise<Translation> {
  const edits = redirectFunctions(plain, tokenize(plain));
  const redirected = applyEdits(plain, edits);
  const { type, fields } = await placedIn(
    (offset) => offsetBeforeEdits(edits, offset),
    () => {
      const tokens = tokenize(redirected);
      refuseReservedNames(tokens);
      checkWords(tokens);
      return parseStatement(redirected);
    },
  );
  checkStatement(type, fields);
  return {
    statement: declare(redirected, { [type]: fields }),
    type,
    fields,
    relations: namedRelations(fields),
  };
}

/** The text with its types' lengths written out; a type's words end where its name's do. */
function declare(text: string, tree: unknown): string {
  const edits = declareTypes(tree);
  if (edits.length === 0) return text;
  const bytes = Buffer.from(text);
  const characters = edits.map(({ start, replacement }) => {
    const from = bytes.subarray(0, start).toString().length;
    const words = /^(?:pg_catalog\s*\.\s*)?(?:(?:national\s+)?character\s+varying|\p{L}+)/iu;
    const length = words.exec(text.slice(from))?.[0].length ?? 0;
    return { start: from, end: from + length, replacement };
  });
  return applyEdits(text, characters);
}
