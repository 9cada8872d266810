import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { KeySet } from "./key-set.ts";

test("a set of keys answers as a set of texts does, however it grows", () => {
  const text = fc.oneof(fc.integer({ min: 0, max: 4000 }).map(String), fc.string());
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6000, size: "max" }), (texts) => {
      const keys = new KeySet();
      const known = new Set<string>();
      for (const each of texts) {
        expect(keys.has(each)).toBe(known.has(each));
        expect(keys.add(each)).toBe(!known.has(each));
        known.add(each);
      }
      expect(keys.size).toBe(known.size);
      expect([...known].every((each) => keys.has(each))).toBe(true);
    }),
    { numRuns: 10 },
  );
});
