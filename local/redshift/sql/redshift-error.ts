import pg from "pg";

/** Why Redshift refuses a statement. `message` is as the Data API tells it: it begins with `ERROR: `. */
export class RedshiftError extends Error {
  override readonly name = "RedshiftError";
  /** SQLSTATE: `40001` and `40P01` are conflicts between transactions, `57014` a cancelled statement. */
  readonly code: string;
  /** Where in the text that was read, counted from 0. Redshift tells the place of syntax errors alone. */
  readonly offset: number | undefined;

  constructor(
    message: string,
    code = "XX000",
    { offset, ...options }: ErrorOptions & { readonly offset?: number | undefined } = {},
  ) {
    super(`ERROR: ${message}`, options);
    this.code = code;
    this.offset = offset;
  }
}

/** SQLSTATE 0A000: what Postgres has and Redshift lacks. */
export function unsupported(message: string): RedshiftError {
  return new RedshiftError(message, "0A000");
}

/** SQLSTATE 42601: at a token, or where it is missing, near the word that it should have followed. */
export function syntaxError(
  token: { readonly value: string; readonly start: number } | undefined,
  near = "end of input",
): RedshiftError {
  const message = `syntax error at or near "${token?.value ?? near}"`;
  return new RedshiftError(message, "42601", { offset: token?.start });
}

/** A refusal by Postgres in Redshift's form; what is no refusal (a lost connection, a fault) stays what it is. */
export function asRedshiftError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const detail = error.detail === undefined ? "" : `\n  Detail: ${error.detail}`;
  const hint = error.hint === undefined ? "" : `\n  Hint: ${error.hint}`;
  const message = error.message.replace(/^(permission denied for) (?:table|view) /, "$1 relation ");
  return new RedshiftError(`${message}${detail}${hint}`, error.code, { cause: error });
}
