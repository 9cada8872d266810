export function oneOf<Value>(values: readonly Value[]): Value {
  const value = values[Math.floor(Math.random() * values.length)];
  if (value === undefined) throw new Error("there is nothing to choose from");
  return value;
}

/** Two that may be the same. */
export function twoOf<Value>(values: readonly Value[]): readonly Value[] {
  return [oneOf(values), oneOf(values)];
}

/** Ids from 1 to `count`, round and round: as long as fewer act at a time, nobody is two people. */
export function takingTurns(count: number): () => number {
  let last = 0;
  return () => {
    last = (last % count) + 1;
    return last;
  };
}
