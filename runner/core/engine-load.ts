/** What one submission cost an engine that works elsewhere: a statement by itself, or a transaction of several. */
export interface SubmissionCost {
  /** By which the engine's own history knows it. */
  readonly id: string;
  readonly status: "finished" | "failed" | "cancelled";
  readonly statements: number;
  /** Returned or changed, by all of its statements; undefined where the engine tells none. */
  readonly rows?: number;
  /** Of the results that it returned. */
  readonly bytes: number;
  /** From its arrival at the engine until its work began. */
  readonly queueMilliseconds: number;
  readonly executionMilliseconds: number;
}

/** Called once for each submission that is over, well or not. */
export type TellCost = (cost: SubmissionCost) => void;

/** What submissions cost together. Of those that ran at the same time, the times are added all the same. */
export type EngineLoad = Required<Omit<SubmissionCost, "id" | "status">>;

export const noLoad: EngineLoad = {
  statements: 0,
  rows: 0,
  bytes: 0,
  queueMilliseconds: 0,
  executionMilliseconds: 0,
};

export function withCost(load: EngineLoad, cost: SubmissionCost): EngineLoad {
  return {
    statements: load.statements + cost.statements,
    rows: load.rows + (cost.rows ?? 0),
    bytes: load.bytes + cost.bytes,
    queueMilliseconds: load.queueMilliseconds + cost.queueMilliseconds,
    executionMilliseconds: load.executionMilliseconds + cost.executionMilliseconds,
  };
}
