import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { relationName, zones } from "../../core/relation.ts";
import { physicalSchema } from "../../core/sql-text.ts";
import { redshiftDialect } from "./dialect.ts";

const dialect = redshiftDialect({ iamRole: "default" });
const physical = (relation: Parameters<typeof dialect.physical>[0], run: string) =>
  dialect.physical(relation, run).slice(`${physicalSchema}.`.length);

/** What steps put behind a candidate's name for tables of their own. */
const endings = ["", "__undo", "__source", "__intervals", "__rows__99", "__delta__99"];
const run = "20261123_082541_123_beef";

/** Up to Redshift's 127 bytes, many of them alike at the beginning, as a project's are. */
const relations = fc.uniqueArray(
  fc
    .tuple(
      fc.constantFrom(...zones),
      fc.constantFrom("", "vendor_daily_sales_by_category_", "a".repeat(100)),
      fc.stringMatching(/^[a-z][a-z0-9_]{0,26}$/),
    )
    .map(([zone, beginning, end]) => relationName(zone, beginning + end)),
  { minLength: 2, maxLength: 40 },
);

test("tables of different relations never have the same name, however long and alike theirs are", () => {
  fc.assert(
    fc.property(relations, (names) => {
      const made = new Set(names.map((name) => physical(name, run)));
      expect(made.size).toBe(names.length);
    }),
  );
});

test("tables of two runs never have the same name", () => {
  fc.assert(
    fc.property(relations, ([name]) => {
      expect(physical(name!, run)).not.toBe(physical(name!, "20261123_082541_124_beef"));
    }),
  );
});

test("no name is longer than 63 bytes, with all that steps put behind it", () => {
  fc.assert(
    fc.property(relations, fc.constantFrom(...endings), ([name], ending) => {
      expect(Buffer.byteLength(physical(name!, run) + ending)).toBeLessThanOrEqual(63);
    }),
  );
});

test("a short name can be read, and the same relation has the same name in every process", () => {
  expect(physical("gold.sales", run)).toBe(`gold__sales__${run}`);
  expect(physical("gold.vendor_daily_sales_by_category", run)).toBe(
    `gold__vendor_dail_b6d99d7b__${run}`,
  );
});
