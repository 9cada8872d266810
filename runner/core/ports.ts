import type { ColumnType } from "./column-type.ts";
import type { TellCost } from "./engine-load.ts";
import type { ControlTotals, LakeColumn, LakeFile, LakeManifest } from "./manifest.ts";
import type { SourceTable } from "./source-table.ts";
import type { RelationName } from "./relation.ts";
import type { PublishedColumns } from "./state.ts";

export type EngineName = "duckdb" | "redshift";

/** A value of a result row: exact decimals, dates and timestamps come as text. */
export type Value = string | number | bigint | boolean | null;
export type Row = Readonly<Record<string, Value>>;

export interface ResultSet {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly Row[];
}

/** A column of a query's result; `type` in the engine's own words. */
export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
}

/** The warehouse. Statements are complete texts; each call is one implicit transaction unless it says otherwise. */
export interface Engine {
  readonly name: EngineName;
  /** Whether no other process can have this warehouse open at the same time. */
  readonly isExclusive: boolean;
  execute(statement: string): Promise<void>;
  /** All rows, or the first `rowLimit` of them. */
  query(statement: string, rowLimit?: number): Promise<ResultSet>;
  describe(query: string): Promise<readonly DescribedColumn[]>;
  /** All of the statements or none of them; `published` are the relations of production that they give new versions. */
  transaction(
    statements: readonly string[],
    published?: readonly PublishedColumns[],
  ): Promise<void>;
  readonly files: LocalFiles | RemoteFiles;
  /** Absent of an engine that has no users. */
  readonly acting?: ActingUsers;
  /** Ends the statements that run now, whose callers get a failure; done when none of them acts any more. */
  interrupt(): Promise<void>;
  /**
   * This engine once more, whose `tell` learns what is asked for by way of it cost. Only of an engine whose statements
   * wait for their turn elsewhere; `tell` of the engine that it was made of learns it, too.
   */
  metered?(tell: TellCost): Engine;
  /** Says whose statements follow; of an engine that goes on with them when this process is gone. */
  nameRun?(runId: string): void;
  /**
   * Ends what statements of these runs, whose processes are gone, still do, and waits until all of it is over: what is
   * read afterwards stays as it is. Only the holder of the lease may ask for it.
   */
  settle?(runs: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Statements as other users of a warehouse, which only a superuser may run. */
export interface ActingUsers {
  /**
   * Runs statements of which nothing stays. Undefined when all of them went well; else what the engine said of the first
   * that did not.
   */
  attempt(user: string, statements: readonly string[]): Promise<string | undefined>;
  /** A query's rows as the user sees them. */
  query(user: string, query: string): Promise<ResultSet>;
}

/** Parquet files of this machine, which the engine reads and writes in this process. */
export interface LocalFiles {
  readonly kind: "local";
  /** Writes a query's rows, in the query's order, to one file and returns their number. */
  writeParquet(query: string, path: string): Promise<number>;
}

/** Parquet files of the lake's own store, which the engine reads and writes by itself, wherever it runs. */
export interface RemoteFiles {
  readonly kind: "remote";
  /**
   * Writes a query's rows to files whose addresses begin with `prefix`, below which nothing may be yet. In parallel, there
   * may be several, and the query's order is that within each of them. No rows are no file.
   */
  unload(
    query: string,
    prefix: string,
    options: { readonly isParallel: boolean },
  ): Promise<readonly UnloadedFile[]>;
}

export interface UnloadedFile {
  /** An s3:// address. */
  readonly location: string;
  readonly rows: number;
  readonly bytes: number;
}

/** An engine that reads and writes Parquet files of this machine. */
export type LocalEngine = Engine & { readonly files: LocalFiles };

export interface FilesToRemove {
  /** Files of these runs; default is all. */
  readonly runs?: ReadonlySet<string>;
  /** Keys; default is none. */
  readonly keep?: ReadonlySet<string>;
}

/** What a lake that other machines reach offers to an engine that reads and writes its files by itself. */
export interface SharedParts {
  /** Where an engine may write what shall become the part `key`: the beginning of s3:// addresses, with nothing there. */
  arrivalPrefix(key: string): Promise<string>;
  /** Takes a file that an engine wrote there over as the part `key`, and measures it. Doing so again is no error. */
  adoptPart(
    key: string,
    runId: string,
    arrived: Pick<UnloadedFile, "location" | "rows">,
  ): Promise<LakeFile>;
  /** Removes what an engine wrote there besides. */
  endArrival(key: string): Promise<void>;
  /** The text that an engine wrote at an s3:// address; undefined when there is none. */
  readText(location: string): Promise<string | undefined>;
  /**
   * Writes a list of files of `relation`, in the form that Redshift's COPY reads, among those of a run, which numbers its
   * lists from 0; returns its address.
   */
  writeCopyList(
    list: { readonly relation: RelationName; readonly runId: string; readonly number: number },
    files: readonly LakeFile[],
  ): Promise<string>;
  /** Removes a list at its address, once the files are copied. */
  removeCopyList(address: string): Promise<void>;
}

/** The folder or bucket that holds the zones. Files are immutable; a relation's manifest is its only pointer. */
export interface Lake {
  /** Where an engine finds a file: an absolute path or an s3:// address. */
  locate(key: string): string;
  /** A path of this machine with a file's content, fetched and verified first where the lake is remote. */
  localPath(file: LakeFile): Promise<string>;
  /** The key of a new part of `relation`; `day`, YYYY-MM-DD or `noDay`, where it is partitioned by day. */
  partKey(relation: RelationName, runId: string, part: number, day?: string): string;
  /** A local path to write that part to; nothing is visible under its key before `commitPart`. */
  stagePart(key: string): Promise<string>;
  /** Makes a staged part durable under its key and measures it. Doing so again replaces nothing that a manifest lists. */
  commitPart(key: string, runId: string, rows: number): Promise<LakeFile>;
  /** Undefined where the lake is a folder of this machine. */
  readonly shared: SharedParts | undefined;
  /** Whether there is a file under this key, staged ones not counted. */
  has(key: string): Promise<boolean>;
  /** What an environment's pointer says, by default production's; undefined when it has none of its own. */
  readManifest(relation: RelationName, environment?: string): Promise<LakeManifest | undefined>;
  /** Replaces the pointer atomically and durably. */
  writeManifest(manifest: LakeManifest, environment?: string): Promise<void>;
  /** Removes an environment's pointer; a missing one is no error. */
  removeManifest(relation: RelationName, environment?: string): Promise<void>;
  /** Relations that have a folder, with or without a pointer. */
  relations(): Promise<readonly RelationName[]>;
  /** Relations for which an environment other than production has a pointer. */
  relationsOf(environment: string): Promise<readonly RelationName[]>;
  /** Environments other than production that have pointers. */
  environments(): Promise<readonly string[]>;
  /** The runs that left files under a relation, manifest or not. */
  runsOf(relation: RelationName): Promise<readonly string[]>;
  /** Removes a relation's files, staged ones included, but those whose keys are in `keep`; missing ones are no error. */
  removeFiles(
    relation: RelationName,
    which: FilesToRemove,
  ): Promise<{ readonly files: number; readonly bytes: number }>;
}

export interface ExtractRequest {
  readonly table: SourceTable;
  /** The lowest cursor value to read, ISO 8601 UTC, lookback already subtracted; undefined reads everything. */
  readonly since?: string;
}

/** The rows of an extraction that went into the quarantine of their table. */
export interface ExtractedRejects {
  readonly rows: number;
  /** Exact sums of what the source sent, by column. */
  readonly sums: Readonly<Record<string, string>>;
  readonly files: readonly LakeFile[];
  /** What some of them hold, in words. */
  readonly examples: readonly string[];
}

export interface ExtractedTable {
  readonly table: SourceTable;
  /** Absent where all rows fit. */
  readonly rejected?: ExtractedRejects;
  /** Committed parts of this extraction; empty when there was no row. */
  readonly files: readonly LakeFile[];
  readonly columns: readonly LakeColumn[];
  /** The highest cursor value seen, ISO 8601 UTC with microseconds; undefined when there was no row or no cursor. */
  readonly highestCursor?: string;
  readonly totals: ControlTotals;
  /** What a user of the run should know, in whole sentences. */
  readonly notes?: readonly string[];
  /** Of the whole table in the same snapshot, where it declares `totals_of: table` and an increment was read. */
  readonly tableTotals?: ControlTotals;
}

/** A column that a source has, for the comparison with its YAML; undefined type when the source does not type it. */
export interface LiveColumn {
  readonly name: string;
  readonly type?: ColumnType;
  /** As of a `SourceColumn`. */
  readonly precision?: number;
  /** In the source's own words, for messages. */
  readonly nativeType: string;
  readonly nullable: boolean;
}

/** What is known of a table's rows that were extracted before. */
export interface EarlierRows {
  /** Where the next increment begins, ISO 8601 UTC. */
  readonly since: string;
  /** The highest value of an integer column among them; undefined where there is none. */
  highestKey(column: string): Promise<bigint | undefined>;
}

/** A table that a source has, whether its YAML declares it or not. */
export interface LiveTable {
  readonly name: string;
  /** What the source says of it; empty for nothing. */
  readonly description: string;
  readonly columns: readonly LiveColumn[];
  /** The primary key's columns; empty where there is none. */
  readonly key: readonly string[];
  /** Columns that an index begins with. */
  readonly indexed: readonly string[];
}

/** An attribute of a sample's items that no column reads. */
export interface SampledAttribute {
  /** As a column's `from` names it. */
  readonly name: string;
  /** DynamoDB's types of its values: S, N, M and so on. */
  readonly kinds: readonly string[];
  /** In how many of the items, or elements, it is. */
  readonly rows: number;
  /** Its values but for nulls. */
  readonly texts: readonly string[];
}

/** Some of the items of a source table that has no types. */
export interface ItemSample {
  readonly items: number;
  /** The declared columns' texts, in their order, for each row that the items make. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly attributes: readonly SampledAttribute[];
}

/** One source, seen as it was at one moment. Parts go to the lake; nothing is published. */
export interface Extractor {
  /** What tells this database from one that was rebuilt under the same name; undefined where nothing does. */
  identity(): Promise<string | undefined>;
  /** A table's columns as the source has them now; undefined when there is no such table, `"untyped"` when it declares none. */
  liveColumns(table: SourceTable): Promise<readonly LiveColumn[] | "untyped" | undefined>;
  /**
   * Why a table cannot be the one that earlier rows came from, in a sentence; undefined where nothing says so. Absent
   * where a source cannot tell.
   */
  whyReset?(table: SourceTable, earlier: EarlierRows): Promise<string | undefined>;
  /** The live tables of a schema; absent where a source cannot tell. */
  liveTables?(schema: string): Promise<readonly LiveTable[]>;
  /** About so many items of an untyped table. */
  sample?(table: SourceTable, items: number): Promise<ItemSample>;
  /** The highest value of a timestamp column in the source, ISO 8601 UTC; undefined when it has none for `days` days. */
  latest?(
    table: SourceTable,
    column: string,
    search: { readonly now: Date; readonly days: number },
  ): Promise<string | undefined>;
  extract(
    requests: readonly ExtractRequest[],
    run: { readonly runId: string; readonly extractedAt: string },
  ): Promise<readonly ExtractedTable[]>;
  close(): Promise<void>;
}

/** Called at each named place where a crash matters; tests end the process there. */
export type KillPoint = (name: string) => void;
