import { afterAll, beforeAll, jest } from "@jest/globals";

interface Closable {
  close(): void | Promise<void>;
}

/** Gives back what it is given, which is closed when the tests are over. */
export type Hold = <Opened extends Closable>(opened: Opened | Promise<Opened>) => Promise<Opened>;

/** Of a test or hook. What hangs is told in the end; no machine is so slow that it needs as long. */
const patienceMilliseconds = 900_000;

/**
 * Opens what the tests around it share before they run, and closes what was held of it afterwards, the latest first.
 * The tests of the file are given as much time as a slow machine needs.
 */
export function openForTests(open: (hold: Hold) => Promise<void>): void {
  jest.setTimeout(patienceMilliseconds);
  const held: Closable[] = [];
  beforeAll(async () => {
    await open(async (opened) => {
      const resource = await opened;
      held.unshift(resource);
      return resource;
    });
  });
  afterAll(async () => {
    for (const resource of held) await resource.close();
  });
}
