/** Chooses by numbers from 0 up to a bound. */
export type Choose = (bound: number) => number;

/** What random text is made of: choices, and names that are new. */
export class Choices {
  readonly upTo: Choose;
  #names = 0;

  constructor(choose: Choose) {
    this.upTo = choose;
  }

  one(bound: number): boolean {
    return this.upTo(bound) === 0;
  }

  of<Value>(values: readonly Value[]): Value {
    const value = values[this.upTo(values.length)];
    if (value === undefined) throw new Error("nothing to choose from");
    return value;
  }

  name(): string {
    this.#names += 1;
    return `n${this.#names}`;
  }
}
