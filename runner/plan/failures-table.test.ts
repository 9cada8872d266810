import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { failuresTable } from "./failures-table.ts";

test("a test's table is found by its name", () => {
  expect(failuresTable("not_null.gold.sales.item_id")).toBe(
    "_failures.not_null__gold__sales__item_id",
  );
});

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 200 }),
  fc.stringMatching(/^[a-z_.0-9A-Z-]{1,12}$/),
  fc
    .array(fc.constantFrom("a", "b", "_", "."), { minLength: 1, maxLength: 6 })
    .map((all) => all.join("")),
);

test("whatever a test is called, its table has a name of its own that every engine takes", () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      const table = failuresTable(one).replace("_failures.", "");
      expect(table).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(table.length).toBeLessThanOrEqual(127);
      expect(failuresTable(one) === failuresTable(other)).toBe(one === other);
    }),
    { numRuns: 500 },
  );
});
