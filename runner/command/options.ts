import type { Interval } from "../core/interval.ts";

/** Options that commands share, as the command line gives them. */
export interface GlobalOptions {
  /** Folder to look for the project from; default is the working directory. */
  readonly project?: string;
  readonly target?: string;
  readonly json?: boolean;
}

export interface EnvironmentOptions extends GlobalOptions {
  /** The environment to read or build; default is production. */
  readonly env?: string;
}

export interface SelectionOptions extends EnvironmentOptions {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  /** Names of selectors in `pipelines.yaml`, joined with `select`. */
  readonly selector?: readonly string[];
  /** What `state:`, `result:` and `source_status:` compare with: a folder of artifacts or a manifest. */
  readonly state?: string;
  readonly vars?: string;
}

export interface RunOptions extends SelectionOptions {
  readonly threads?: number;
  readonly fullRefresh?: boolean;
  /** Where a build begins: with the sources, which are extracted, or with what the raw zone holds. Default is `source`. */
  readonly from?: "source" | "raw";
  /** Build the intervals that were left out, too. */
  readonly gaps?: boolean;
  /** Of models that are built by interval, build these alone. */
  readonly interval?: Interval;
  readonly dryRun?: boolean;
  /** How long to wait for a warehouse that another run has, in milliseconds. */
  readonly wait?: number;
  /** Keep the rows that break data tests, unless a test says otherwise. */
  readonly storeFailures?: boolean;
  /** Rows to print of each data test that does not pass. */
  readonly showFailures?: number;
}

/** The exit codes of the command line. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, bug: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Between the texts of several `--vars`. */
export const varsSeparator = "\u001e";

/** Collects `--vars` that are given more than once; of one name, the last value counts. */
export function collectVars(text: string, earlier: string | undefined): string {
  return earlier === undefined ? text : `${earlier}${varsSeparator}${text}`;
}
