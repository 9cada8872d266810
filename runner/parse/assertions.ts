import type { z } from "zod";
import type { Assertion, ComparedExpression } from "../core/data-test.ts";
import { parseRelationName } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import type { columnTests, tableTests } from "./schema/tests.ts";

/** A checked entry of a list of tests. */
export type ReadTest<Known extends Readonly<Record<string, z.ZodType>>> = {
  [Name in keyof Known]: { readonly type: Name; readonly options: z.output<Known[Name]> };
}[keyof Known];

export function columnAssertion(read: ReadTest<typeof columnTests>, column: string): Assertion {
  switch (read.type) {
    case "not_null":
      return { type: "not_null", column };
    case "unique":
      return { type: "unique", columns: [column] };
    case "accepted_values":
      return { type: "accepted_values", column, values: read.options.values };
    case "relationships":
      return {
        type: "relationships",
        column,
        to: read.options.to as RelationName,
        field: read.options.field,
      };
    case "not_empty_string":
      return { type: "not_empty_string", column };
    case "range":
      return { type: "range", column, minimum: read.options.min, maximum: read.options.max };
    case "freshness":
      return freshness(column, read.options);
  }
}

export function tableAssertion(read: ReadTest<typeof tableTests>): Assertion {
  switch (read.type) {
    case "unique":
      return { type: "unique", columns: read.options.columns };
    case "expression":
      return { type: "expression", expression: read.options.sql };
    case "row_count":
      return { type: "row_count", minimum: read.options.min, maximum: read.options.max };
    case "freshness":
      return freshness(read.options.column, read.options);
    case "equal_totals": {
      const { of, with: other, with_where: where, group_by: groups, row_count } = read.options;
      const relation = parseRelationName(other);
      return {
        type: "equal_totals",
        of: of.flatMap(comparedExpressions),
        groupBy: groups.flatMap(comparedExpressions),
        countsRows: row_count,
        with:
          relation === undefined
            ? { kind: "source", name: other === "source" ? undefined : other }
            : { kind: "relation", relation, where },
      };
    }
  }
}

function freshness(
  column: string,
  ages: { readonly warn_after?: number; readonly error_after?: number },
): Assertion {
  const { warn_after: warnAfterSeconds, error_after: errorAfterSeconds } = ages;
  return { type: "freshness", column, warnAfterSeconds, errorAfterSeconds };
}

function comparedExpressions(
  written: string | Readonly<Record<string, string>>,
): readonly ComparedExpression[] {
  if (typeof written === "string") return [{ here: written, there: written }];
  return Object.entries(written).map(([here, there]) => ({ here, there }));
}

/** A test's name tells what it asserts; expressions, which may be long, are told apart by their text's beginning. */
export function testName(relation: RelationName, assertion: Assertion): string {
  switch (assertion.type) {
    case "not_null":
    case "accepted_values":
    case "not_empty_string":
    case "range":
    case "relationships":
    case "freshness":
      return `${assertion.type}.${relation}.${assertion.column}`;
    case "unique":
      return `unique.${relation}.${assertion.columns.join("_and_")}`;
    case "expression": {
      const words = assertion.expression.toLowerCase().match(/[a-z0-9_]+/g) ?? [];
      return `expression.${relation}.${words.join("_").slice(0, 80)}`;
    }
    case "row_count":
    case "contract":
    case "snapshot_versions":
      return `${assertion.type}.${relation}`;
    case "equal_totals": {
      const { with: other } = assertion;
      const name = other.kind === "relation" ? other.relation : (other.name ?? "source");
      return `equal_totals.${relation}.${name.replace(".", "_")}`;
    }
    case "macro":
      return [assertion.name, relation, assertion.column].filter(Boolean).join(".");
  }
}
