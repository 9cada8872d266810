/** Where COPY and UNLOAD find their objects. */
export interface Storage {
  /** Undefined for Amazon's own. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

export interface ResultColumn {
  readonly name: string;
  /** As the Data API tells it: int2, int4, int8, numeric, varchar, bpchar, bool, date, timestamp, timestamptz, float8, super … */
  readonly typeName: string;
  /** Of a numeric its digits, of a text its bytes. */
  readonly precision: number;
  readonly scale: number;
  readonly length: number;
  /** 0: holds no nulls, 1: may hold them, 2: not known. */
  readonly nullable: number;
}

/** A value as text in Redshift's form, or null: booleans are `t` and `f`. */
export interface StatementResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows returned, or affected; -1 where Redshift tells none. */
  readonly rowCount: number;
  readonly hasResultSet: boolean;
}

export const withoutRows: StatementResult = {
  columns: [],
  rows: [],
  rowCount: -1,
  hasResultSet: false,
};
