import type { ColumnType } from "./column-type.ts";
import type { Place } from "./diagnostic.ts";
import type { NodeBase } from "./node-base.ts";
import type { RelationName } from "./relation.ts";
import type { Template } from "./template.ts";

/** A row of a fixture as written; a column that it leaves out is null. */
export interface FixtureRow {
  readonly cells: readonly {
    readonly column: string;
    /** The value's text, apart from null. */
    readonly value: string | null;
    readonly place: Place;
  }[];
  readonly place: Place;
}

/** A column of a fixture that is no relation of the project. */
export interface FixtureColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** What given rows stand in for. Inline rows are read by their name, as a CTE would be. */
export type FixtureInput =
  | { readonly kind: "ref" | "source"; readonly name: string }
  | { readonly kind: "this" }
  | { readonly kind: "inline"; readonly name: string; readonly columns: readonly FixtureColumn[] };

export interface GivenRows {
  readonly input: FixtureInput;
  readonly rows: readonly FixtureRow[];
  readonly place: Place;
}

/** Checks a model, or a query that calls macros, on rows that stand in its file; it needs nothing built and no data. */
export interface UnitTest extends NodeBase {
  readonly kind: "unit_test";
  /** Unique in the project: `gold.sales.heals_late_members`, or `<file>.<name>` for a query of tests/unit. */
  readonly name: string;
  readonly subject:
    | { readonly kind: "model"; readonly relation: RelationName }
    /** `columns` are those of the expected rows. */
    | {
        readonly kind: "query";
        readonly template: Template;
        readonly columns: readonly FixtureColumn[];
      };
  readonly given: readonly GivenRows[];
  readonly expected: { readonly rows: readonly FixtureRow[]; readonly place: Place };
  readonly vars: Readonly<Record<string, string | number | boolean>>;
  /** The run's time, ISO 8601 in UTC; undefined is a time after every other. */
  readonly now?: string;
  /** Bounds of the increment where the rows of `this` do not give them, as texts of the cursor's type. */
  readonly since?: string;
  readonly until?: string;
}
