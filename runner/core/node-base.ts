import type { ColumnType } from "./column-type.ts";
import type { Place } from "./diagnostic.ts";

/** A column of a contract. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly description: string;
  readonly place: Place;
}

export interface NodeBase {
  readonly description: string;
  readonly tags: readonly string[];
  /** Who answers for it: a person, a team, an address. */
  readonly owner?: string;
  readonly place: Place;
}
