/** Where something stands in a project file; `line` and `column` count from 1. */
export interface Place {
  /** Path relative to the project's folder, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A file in which nobody knows the line. */
export interface FilePlace {
  readonly file: string;
  readonly line?: undefined;
  readonly column?: undefined;
}

/** Every code a user can meet. A code never changes its meaning; retired codes are not used again. */
export type DiagnosticCode =
  | "ACCESS_DENIED"
  | "ACCESS_INVALID"
  | "ACCESS_NEEDLESS_DECLASSIFY"
  | "ACCESS_NOT_MEMBER"
  | "ACCESS_ROLE_UNKNOWN"
  | "ACCESS_UNDECLARED"
  | "ACCESS_UNREADABLE_CLASS"
  | "ARTIFACT_MISSING"
  | "ARTIFACT_UNREADABLE"
  | "CLI_USAGE"
  | "CONNECTION_FAILED"
  | "CONTRACT_MISMATCH"
  | "CURSOR_NULL"
  | "DATA_TEST_FAILED"
  | "DISK_FULL"
  | "DISK_READ_ONLY"
  | "ENGINE_UNSUPPORTED"
  | "ENV_MISSING"
  | "EXPORT_CORRUPT"
  | "EXPORT_GAP"
  | "EXPORT_MISSING"
  | "EXTRACT_FAILED"
  | "ENVIRONMENT_BEHIND"
  | "ENVIRONMENT_UNKNOWN"
  | "FILE_UNREADABLE"
  | "FULL_REFRESH_REFUSED"
  | "GRAPH_CYCLE"
  | "GRAPH_DUPLICATE"
  | "INFRA_UNSUITABLE"
  | "INTERVAL_ROWS_OUTSIDE"
  | "KEY_DUPLICATE"
  | "KEY_NULL"
  | "LAKE_CORRUPT"
  | "LAKE_INVALID"
  | "LAKE_POINTER_MOVED"
  | "LAKE_UNREACHABLE"
  | "LEASE_HELD"
  | "LEASE_LOST"
  | "LINEAGE_UNKNOWN_COLUMN"
  | "LINEAGE_UNKNOWN_RELATION"
  | "MACRO_FAILED"
  | "MACRO_INVALID"
  | "MATERIALIZATION_CHANGED"
  | "MODEL_WITHOUT_SQL"
  | "MODEL_WITHOUT_YAML"
  | "PROJECT_NOT_FOUND"
  | "QUERY_INTERRUPTED"
  | "QUERY_OUT_OF_MEMORY"
  | "QUERY_TIMEOUT"
  | "REF_HARD_CODED"
  | "REF_NOT_LITERAL"
  | "REF_UNKNOWN"
  | "RESULT_TOO_LARGE"
  | "ROLLBACK_IMPOSSIBLE"
  | "RUNNER_FAULT"
  | "SEED_INVALID"
  | "SCHEDULE_HELD"
  | "SCHEDULE_INVALID"
  | "SELECT_NOTHING"
  | "SERVICE_FAILED"
  | "SOURCE_CONTRACT"
  | "SOURCE_RESET"
  | "SOURCE_UNREACHABLE"
  | "SQL_EMPTY"
  | "SQL_FAILED"
  | "SQL_NOT_PORTABLE"
  | "STATEMENT_TOO_LARGE"
  | "STILL_READ"
  | "TARGET_UNKNOWN"
  | "TEMPLATE_SYNTAX"
  | "TEMPLATE_UNKNOWN_NAME"
  | "TEST_UNKNOWN"
  | "TEST_WITHOUT_SQL"
  | "UNIT_TEST_FAILED"
  | "UNIT_TEST_INVALID"
  | "UPSTREAM_MISSING"
  | "VAR_UNKNOWN"
  | "WAREHOUSE_BUSY"
  | "WAREHOUSE_DENIED"
  | "WAREHOUSE_FAILED"
  | "WAREHOUSE_INVALID"
  | "WAREHOUSE_NOT_FOUND"
  | "WAREHOUSE_OUTDATED"
  | "WAREHOUSE_UNREACHABLE"
  | "YAML_SCHEMA"
  | "YAML_SYNTAX";

/** One thing that is wrong, in the form that every reporter prints: what, where, why, and the way out. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly place?: Place | FilePlace;
  /** The lines around `place`, with a marker, ready to print. */
  readonly frame?: string;
  /** What an underlying system said, when that helps. */
  readonly cause?: string;
  /** What the user can do about it. */
  readonly hint?: string;
}

/**
 * A failure on its way to `main.ts`. Exit code 2 stands for what the user can mend in the project,
 * its configuration or its surroundings; 1 for a node that failed while running.
 */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: 1 | 2;

  constructor(diagnostics: readonly Diagnostic[], exitCode: 1 | 2 = 2) {
    super(diagnostics.map((diagnostic) => `${diagnostic.code}: ${diagnostic.message}`).join("\n"));
    this.name = "Failure";
    this.diagnostics = diagnostics;
    this.exitCode = exitCode;
  }
}

/** Throws when there is anything to report, so that a stage gives up only after collecting all of it. */
export function assertSound(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) throw new Failure(diagnostics);
}
