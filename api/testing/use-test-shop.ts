import { afterAll, beforeAll } from "@jest/globals";
import { openTestShop, type TestShop } from "../testing.ts";

/**
 * A shop of its own for a test file: call it once, at the top. It is open when the file's own `beforeAll` begins, and
 * filled in by then: do not read from it earlier. What the file has opened on it is closed by `closeFirst`.
 */
export function useTestShop(
  closeFirst: () => Promise<unknown> = () => Promise.resolve(),
): TestShop {
  const shop = {} as TestShop;
  beforeAll(async () => {
    Object.assign(shop, await openTestShop());
  });
  afterAll(async () => {
    try {
      await closeFirst();
    } finally {
      await shop.close();
    }
  });
  return shop;
}
