/** A query as text with the names of its columns, of which some may be there twice. */
export interface Text {
  readonly sql: string;
  readonly columns: readonly string[];
}

/** What stands in FROM: a name, and the columns that it has. */
export interface Item {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface Around {
  readonly depth: number;
  readonly outer: readonly Item[];
  readonly expressions: readonly Item[];
}

/** Makes a query whose columns can all be named. */
export type MakeQuery = (around: Around) => Text;
