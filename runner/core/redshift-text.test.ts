import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { iamRoleClause, redshiftLiteral } from "./redshift-text.ts";

/** A literal as Redshift reads it; undefined for one that ends too early or never. */
function read(literal: string): string | undefined {
  if (!/^'(?:[^'\\]|''|\\[^])*'$/.test(literal)) return undefined;
  return literal.slice(1, -1).replace(/''|\\([^])/g, (_, escaped?: string) => escaped ?? "'");
}

const text = fc.string({ unit: fc.constantFrom("'", "\\", "a", "é", "\n", "$", ";", "--") });

test("any text comes out of a literal as it went in", () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(read(redshiftLiteral(given))).toBe(given);
    }),
  );
});

test("a role is named by its ARN, and no role ends its literal", () => {
  expect(iamRoleClause("arn:aws:iam::123456789012:role/lake")).toBe(
    "iam_role 'arn:aws:iam::123456789012:role/lake'",
  );
  fc.assert(
    fc.property(text, (role) => {
      expect(read(iamRoleClause(role).replace("iam_role ", ""))).toBe(role);
    }),
  );
});

test("the warehouse's default role is a word of the grammar, and no name", () => {
  expect(iamRoleClause("default")).toBe("iam_role default");
});
