import type { ColumnType } from "./column-type.ts";
import type { Place } from "./diagnostic.ts";

/** A column of a contract. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly description: string;
  readonly place: Place;
  /** Classes of personal or secret data that are declared of it; what flows into it comes on top. Absent where none are. */
  readonly classes?: readonly string[];
  /** Says that its values tell nothing of these classes any more. */
  readonly declassify?: Declassification;
}

export interface Declassification {
  /** Absent is every class. */
  readonly classes?: readonly string[];
  readonly reason: string;
  readonly place: Place;
}

export interface NodeBase {
  readonly description: string;
  readonly tags: readonly string[];
  /** Who answers for it: a person, a team, an address. */
  readonly owner?: string;
  readonly place: Place;
}
