import { afterAll, beforeAll } from "@jest/globals";

interface Closable {
  close(): void | Promise<void>;
}

/** Gives back what it is given, which is closed when the tests are over. */
export type Hold = <Opened extends Closable>(opened: Opened | Promise<Opened>) => Promise<Opened>;

/** No promise: whoever waits longer waits in vain. */
const milliseconds = 900_000;

/** Opens what the tests around it share before they run, and closes what was held of it afterwards, the latest first. */
export function openForTests(open: (hold: Hold) => Promise<void>): void {
  const held: Closable[] = [];
  beforeAll(async () => {
    await open(async (opened) => {
      const resource = await opened;
      held.unshift(resource);
      return resource;
    });
  }, milliseconds);
  afterAll(async () => {
    for (const resource of held) await resource.close();
  }, milliseconds);
}
