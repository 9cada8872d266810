import type { Column, NodeBase } from "./node-base.ts";
import type { RelationName } from "./relation.ts";

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

export interface SourceTableBase extends NodeBase {
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
  /** The longest text that the warehouse takes, in bytes, while rows are extracted for it; absent is any. */
  readonly longestText?: number;
}

/** `detect` compares the keys of the whole table with those of the raw zone; a soft delete is a row whose `column` is not null. */
export type DetectedDeletes =
  { readonly by: "keys" } | { readonly by: "column"; readonly column: string };

export interface PostgresSourceTable extends SourceTableBase {
  readonly connector: "postgres";
  readonly schema: string;
}

/** A table of rows that are made of DynamoDB's items. */
export interface ItemSourceTableBase extends SourceTableBase {
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
