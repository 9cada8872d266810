import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { clientToken, namePrefix, newInstance, statementName } from "./client-token.ts";

const submission = fc.record({
  instance: fc.string(),
  sequence: fc.nat(),
  statements: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
});

test("a request that is sent again has the same token, and every other submission another one", () => {
  fc.assert(
    fc.property(submission, submission, (one, other) => {
      const token = (each: typeof one) =>
        clientToken(each.instance, each.sequence, each.statements);
      expect(token(one)).toBe(token({ ...one }));
      expect(token(one)).toMatch(/^[0-9a-f]{64}$/);
      expect(token(one) === token(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      expect(token(one)).not.toBe(token({ ...one, sequence: one.sequence + 1 }));
    }),
  );
});

test("no statement's name is the beginning of another's, and a run's prefix is of its statements only", () => {
  const instance = newInstance();
  expect(statementName("r1", instance, 12).startsWith(statementName("r1", instance, 1))).toBe(
    false,
  );
  expect(statementName("r1", instance, 1).startsWith(namePrefix("r1"))).toBe(true);
  expect(statementName("r12", instance, 1).startsWith(namePrefix("r1"))).toBe(false);
  expect(newInstance()).not.toBe(instance);
});

test("a command of any length makes names that the service takes", () => {
  const select = `build --select ${"gold.sales,".repeat(100)}`;
  expect(statementName(select, newInstance(), Number.MAX_SAFE_INTEGER).length).toBeLessThan(500);
});
