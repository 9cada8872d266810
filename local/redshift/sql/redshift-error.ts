import pg from "pg";

/** Why Redshift refuses a statement. `message` is as the Data API tells it: it begins with `ERROR: `. */
export class RedshiftError extends Error {
  override readonly name = "RedshiftError";
  /** SQLSTATE: `40001` and `40P01` are conflicts between transactions, `57014` a cancelled statement. */
  readonly code: string;

  constructor(message: string, code = "XX000", options?: ErrorOptions) {
    super(`ERROR: ${message}`, options);
    this.code = code;
  }
}

/** SQLSTATE 0A000: what Postgres has and Redshift lacks. */
export function unsupported(message: string): RedshiftError {
  return new RedshiftError(message, "0A000");
}

/** SQLSTATE 42601. */
export function syntaxError(near: string): RedshiftError {
  return new RedshiftError(`syntax error at or near "${near}"`, "42601");
}

/** A refusal by Postgres in Redshift's form; what is no refusal (a lost connection, a fault) stays what it is. */
export function asRedshiftError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const detail = error.detail === undefined ? "" : `\n  Detail: ${error.detail}`;
  const hint = error.hint === undefined ? "" : `\n  Hint: ${error.hint}`;
  return new RedshiftError(`${error.message}${detail}${hint}`, error.code, { cause: error });
}
