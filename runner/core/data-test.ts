import type { NodeBase } from "./node-base.ts";
import type { RelationName } from "./relation.ts";
import type { Template } from "./template.ts";

export type TestSeverity = "error" | "warn";

/** A condition on the number of rows that break a data test, such as `> 10`. */
export interface Threshold {
  readonly operator: ">" | ">=" | "<" | "<=" | "=" | "!=";
  readonly rows: number;
}

/** How a data test is run and judged. A threshold that is not given is `!= 0`. */
export interface TestSettings {
  /** With `warn`, rows that break the test never fail it, whatever `errorIf` says. */
  readonly severity: TestSeverity;
  /** Only rows for which this SQL condition holds are tested; of a singular test, its result's rows. */
  readonly where?: string;
  readonly warnIf?: Threshold;
  readonly errorIf?: Threshold;
  /** Breaking rows that are counted, shown and stored at most. */
  readonly limit?: number;
  /** Keep breaking rows in the warehouse; undefined leaves it to the project and the command line. */
  readonly storeFailures?: boolean;
  /** An incremental model that is added to is tested in the rows of this run alone. */
  readonly newRowsOnly?: boolean;
}

/** A column or expression of a relation, and what it is called in the relation that it is compared with. */
export interface ComparedExpression {
  readonly here: string;
  readonly there: string;
}

/** What `equal_totals` compares a relation with: another one, or what a source said when it was extracted. */
export type TotalsOf =
  | { readonly kind: "relation"; readonly relation: RelationName; readonly where?: string }
  /** `source.table`; undefined is the tested source table itself. */
  | { readonly kind: "source"; readonly name?: string };

/** A setting of a project's own generic test, as its YAML gives it. */
export type TestParameter = string | number | boolean | readonly (string | number | boolean)[];

/** What a generic data test asserts; `columns` holds one name for a column's test, several for a table's. */
export type Assertion =
  | { readonly type: "not_null"; readonly column: string }
  | { readonly type: "unique"; readonly columns: readonly string[] }
  | {
      readonly type: "accepted_values";
      readonly column: string;
      readonly values: readonly (string | number)[];
    }
  | {
      readonly type: "relationships";
      readonly column: string;
      readonly to: RelationName;
      readonly field: string;
    }
  | { readonly type: "not_empty_string"; readonly column: string }
  /** Bounds are part of the range; text bounds are for dates and timestamps. */
  | {
      readonly type: "range";
      readonly column: string;
      readonly minimum?: string | number;
      readonly maximum?: string | number;
    }
  | { readonly type: "expression"; readonly expression: string }
  | { readonly type: "row_count"; readonly minimum?: number; readonly maximum?: number }
  /** The highest `column` is not older than these ages at the time of the run; at least one is given. */
  | {
      readonly type: "freshness";
      readonly column: string;
      readonly warnAfterSeconds?: number;
      readonly errorAfterSeconds?: number;
    }
  /** Row counts, unless `countsRows` is false, and sums are equal, in each group when there are groups. */
  | {
      readonly type: "equal_totals";
      readonly of: readonly ComparedExpression[];
      readonly groupBy: readonly ComparedExpression[];
      readonly countsRows: boolean;
      readonly with: TotalsOf;
    }
  /** A test of the project's own, `macros/tests/<name>.hbs`. */
  | {
      readonly type: "macro";
      readonly name: string;
      readonly column?: string;
      readonly parameters: Readonly<Record<string, TestParameter>>;
      /** Relations that parameters name and the template refers to by them. */
      readonly reads: readonly string[];
      readonly template: Template;
    }
  /** The versions of each key of a snapshot begin before they end, and one ends before the next begins. */
  | { readonly type: "snapshot_versions"; readonly key: readonly string[] }
  /** What a relation's contract says and no engine enforces; tested in one scan. */
  | { readonly type: "contract"; readonly constraints: readonly ColumnConstraint[] };

/** `bytes` is the declared length of a varchar, which counts bytes in UTF-8 as in Redshift. */
export type ColumnConstraint =
  | { readonly type: "not_null"; readonly column: string }
  | { readonly type: "length"; readonly column: string; readonly bytes: number };

export interface GenericTest extends NodeBase, TestSettings {
  readonly kind: "test";
  readonly form: "generic";
  /** Unique in the project, derived from relation and assertion: `not_null.gold.sales.item_id`. */
  readonly name: string;
  readonly relation: RelationName;
  readonly assertion: Assertion;
}

/** A query in `tests/` that returns the rows that should not exist. */
export interface SingularTest extends NodeBase, TestSettings {
  readonly kind: "test";
  readonly form: "singular";
  readonly name: string;
  readonly template: Template;
}

export type DataTest = GenericTest | SingularTest;
