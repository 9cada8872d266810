import type { ColumnType } from "./column-type.ts";
import type { Place } from "./diagnostic.ts";
import { snapshotColumns } from "./materialization.ts";
import type { Materialization } from "./materialization.ts";
import type { RelationName } from "./relation.ts";

/** A column of a contract. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly description: string;
  readonly place: Place;
}

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

/** Something that depends on relations by literal refs in its template. */
export interface Template {
  readonly file: string;
  /** Where it stands when it is a part of its file, such as a hook in YAML; undefined where it is the whole. */
  readonly at?: Place;
  readonly text: string;
  /** Refs in order of appearance, those inside partials included; positions point at the calling template. */
  readonly refs: readonly TemplateRef[];
  /** What its result depends on beside its text; undefined where nobody looked, so that it may be anything. */
  readonly uses?: TemplateUses;
}

/** The names that a template itself calls or reads; what its partials use is theirs. */
export interface TemplateUses {
  readonly partials: readonly string[];
  readonly helpers: readonly string[];
  /** Undefined when a name is known only in rendering. */
  readonly vars: readonly string[] | undefined;
  /** Environment variables; undefined when a name is known only in rendering. */
  readonly env: readonly string[] | undefined;
}

export interface TemplateRef {
  /** `ref "zone.name"` or `source "source.table"`, as written. */
  readonly kind: "ref" | "source";
  readonly name: string;
  readonly place: Place;
}

interface NodeBase {
  readonly description: string;
  readonly tags: readonly string[];
  /** Who answers for it: a person, a team, an address. */
  readonly owner?: string;
  readonly place: Place;
}

/** How a source table is read again after its first, full extraction. */
export type ExtractMode =
  | { readonly mode: "full" }
  /** Rows whose `cursor` is not older than the watermark less `lookbackSeconds`, merged by key downstream. */
  | { readonly mode: "incremental"; readonly cursor: string; readonly lookbackSeconds: number };

/** What becomes of a difference between a source's live columns and its YAML that need not stop an extraction. */
export type SchemaPolicy = "evolve" | "freeze" | "ignore";

export interface SourceColumn extends Column {
  /** Declared to hold less than its type: digits of a timestamp's second, or a float's bits; absent is all there are. */
  readonly precision?: number;
  /** Where a DynamoDB column's value stands, as `parseColumnPlace` reads it. Default the attribute of the column's name. */
  readonly from?: string;
}

interface SourceTableBase extends NodeBase {
  readonly kind: "source";
  readonly relation: RelationName;
  readonly source: string;
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly SourceColumn[];
  readonly extract: ExtractMode;
  /** Absent is `ignore`. */
  readonly schemaPolicy?: SchemaPolicy;
  /** The part of an extraction's rows that may be rejected, 0 to 1. Absent: the first value that does not fit stops it. */
  readonly rejectShare?: number;
  /** How old the newest row in the source may be, by the timestamp `column`; at least one of the ages is given. */
  readonly freshness?: {
    readonly column: string;
    readonly warnAfterSeconds?: number;
    readonly errorAfterSeconds?: number;
  };
  /** The table whose rejected rows this one holds: it is filled by that table's extraction. */
  readonly quarantineOf?: RelationName;
  /** The name of a connection that the target defines. */
  readonly connection: string;
  /** Columns whose sums are control totals; by default the exact numbers that are neither keys nor ids. */
  readonly controlTotals?: readonly string[];
  /** `table` also takes the control totals of the whole table where only an increment is read; default is `extract`. */
  readonly totalsOf?: "extract" | "table";
  /** How rows that are gone from the source are found; undefined where nobody looks. */
  readonly deletes?: DetectedDeletes;
  /** A date or timestamp by whose UTC day the files are parted. */
  readonly partitionBy?: string;
}

/** `detect` compares the keys of the whole table with those of the raw zone; a soft delete is a row whose `column` is not null. */
export type DetectedDeletes =
  { readonly by: "keys" } | { readonly by: "column"; readonly column: string };

export interface PostgresSourceTable extends SourceTableBase {
  readonly connector: "postgres";
  readonly schema: string;
}

/** A table of rows that are made of DynamoDB's items. */
interface ItemSourceTableBase extends SourceTableBase {
  /** The DynamoDB table when the connection does not name one. */
  readonly dynamodbTable: string;
  /** The attribute that is the DynamoDB table's sort key, where nothing else tells it. Default `sk`. */
  readonly sortKey?: string;
  /** Which items of the single table belong here: those whose sort key begins with this. */
  readonly sortKeyPrefix: string;
  /** The lists that `parseExplode` reads: one row for each of their elements instead of one for each item. */
  readonly explode?: string;
}

export interface DynamoDbSourceTable extends ItemSourceTableBase {
  readonly connector: "dynamodb";
  /** The index by date that increments are read from; the cursor is its sort key's first part. */
  readonly dateIndex?: {
    readonly name: string;
    readonly partitionKey: string;
    readonly sortKey: string;
    /** Partition key values are `<prefix><YYYY-MM-DD>#<shard>`. */
    readonly prefix: string;
    readonly shards: number;
  };
}

/** Read from what DynamoDB's export to S3 wrote, apart from the table. */
export interface DynamoDbExportSourceTable extends ItemSourceTableBase {
  readonly connector: "dynamodb_export";
}

export type ItemSourceTable = DynamoDbSourceTable | DynamoDbExportSourceTable;
export type SourceTable = PostgresSourceTable | ItemSourceTable;

export interface Seed extends NodeBase {
  readonly kind: "seed";
  readonly relation: RelationName;
  readonly file: string;
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /** The CSV's records in column order; an empty field is null. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Sha-256 of the CSV's bytes, in hexadecimal. */
  readonly checksum: string;
}

/** Statements around the write of a model's candidate, one template each. */
export interface ModelHooks {
  /** `{{this}}` is what readers see now. */
  readonly pre: readonly Template[];
  /** `{{this}}` is the candidate, which no reader sees yet. */
  readonly post: readonly Template[];
}

/** Statements around a whole run, one template each; refs are what readers see. */
export interface RunHooks {
  readonly start: readonly Template[];
  /** They know how the run ended, and run also when it failed. */
  readonly end: readonly Template[];
}

export interface Model extends NodeBase {
  readonly kind: "model";
  readonly relation: RelationName;
  readonly grain: string;
  /** The columns that tell one row from another; empty when none are declared. */
  readonly key: readonly string[];
  readonly template: Template;
  readonly materialization: Materialization;
  /** What readers see: the declared columns and, behind those of a snapshot, the ones that it adds. */
  readonly columns: readonly Column[];
  /** Absent where there are none. */
  readonly hooks?: ModelHooks;
  /** A date or timestamp by whose day the lake's files are parted. */
  readonly partitionBy?: string;
}

/** The columns that a model's query yields. */
export function queryColumns(model: Pick<Model, "columns" | "materialization">): readonly Column[] {
  if (model.materialization.type !== "snapshot") return model.columns;
  return model.columns.slice(0, -snapshotColumns.length);
}

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

export type DataTest = GenericTest | SingularTest;
export type RelationNode = SourceTable | Seed | Model;
export type TestNode = DataTest | UnitTest;
export type ProjectNode = RelationNode | TestNode;

/** A node's key in the graph: `gold.sales` for what makes a relation, `test.<name>` and `unit_test.<name>` for tests. */
export type NodeId = RelationName | `test.${string}` | `unit_test.${string}`;

export function nodeId(node: ProjectNode): NodeId {
  switch (node.kind) {
    case "test":
      return `test.${node.name}`;
    case "unit_test":
      return `unit_test.${node.name}`;
    default:
      return node.relation;
  }
}

export function isTest(node: ProjectNode | undefined): node is TestNode {
  return node?.kind === "test" || node?.kind === "unit_test";
}

type EphemeralModel = Model & { readonly materialization: { readonly type: "ephemeral" } };

/** Whether a node stands inside the queries of its readers, and nowhere for itself. */
export function isEphemeral(node: ProjectNode | undefined): node is EphemeralModel {
  return node?.kind === "model" && node.materialization.type === "ephemeral";
}
