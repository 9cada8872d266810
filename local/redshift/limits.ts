/** What the Data API allows. Sizes in bytes, times in milliseconds. Sources: the Data API's considerations and its API reference. */
export interface Limits {
  readonly statementBytes: number;
  readonly statementsInBatch: number;
  readonly resultBytes: number;
  readonly rowBytes: number;
  /** Statements that are submitted or running. */
  readonly activeStatements: number;
  readonly activeSessions: number;
  /** Requests that wait for one statement at the same time. */
  readonly waitingRequests: number;
  readonly statementKept: number;
  readonly clientTokenKept: number;
  /** A session ends after this time, whatever it does. */
  readonly sessionLife: number;
  /** One answer of GetStatementResult holds about this much; the API's own size is not documented. */
  readonly pageBytes: number;
}

const HOUR = 3_600_000;

export const REDSHIFT_LIMITS: Limits = {
  // "100 KB" is read as the smaller of its two meanings.
  statementBytes: 100_000,
  statementsInBatch: 40,
  resultBytes: 500_000_000,
  rowBytes: 64 * 1024,
  activeStatements: 500,
  activeSessions: 500,
  waitingRequests: 10,
  statementKept: 24 * HOUR,
  clientTokenKept: 8 * HOUR,
  sessionLife: 24 * HOUR,
  pageBytes: 1_000_000,
};
