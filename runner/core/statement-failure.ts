import type { Diagnostic } from "./diagnostic.ts";
import { Failure } from "./diagnostic.ts";
import type { Template } from "./template.ts";

/** Where in a statement the engine stumbled; both count from 1. */
export interface StatementPosition {
  readonly line: number;
  readonly column: number;
}

/** A statement that the engine refused, with the place in its text where the engine named one. */
export class StatementFailure extends Failure {
  readonly statement: string;
  readonly position: StatementPosition | undefined;

  constructor(diagnostic: Diagnostic, statement: string, position: StatementPosition | undefined) {
    super([diagnostic], 1);
    this.name = "StatementFailure";
    this.statement = statement;
    this.position = position;
  }
}

/** Where in a template's file, and in those of the partials that it calls, a failed statement came from. */
export type LocateFailure = (
  failure: StatementFailure,
  template: Template,
) => Pick<Diagnostic, "place" | "frame"> | undefined;
