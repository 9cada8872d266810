/** Calls `action` for each item, at most `limit` at a time; after a failure no further one is begun. */
export async function concurrently<Item>(
  items: Iterable<Item>,
  limit: number,
  action: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      if (failures.length > 0) return;
      await action(next.value).catch((error: unknown) => failures.push(error));
    }
  };
  // Waits for all, so that nothing still runs when the caller cleans up.
  await Promise.all(Array.from({ length: limit }, work));
  if (failures.length > 0) throw failures[0];
}
