import type { Assertion, GenericTest } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { quoteText } from "../core/sql-text.ts";
import { contractQuery, describeConstraint } from "./contract-query.ts";

/** A query for the rows that break a generic test; it returns none when the test holds. */
export function assertionQuery(
  test: Pick<GenericTest, "relation" | "assertion" | "where">,
  {
    resolve,
    dialect,
  }: {
    readonly resolve: (relation: RelationName) => string;
    readonly dialect: EngineName;
  },
): string {
  const relation = resolve(test.relation);
  // Texts of a project end in a line break, for their last line may be a comment.
  const tested =
    test.where === undefined
      ? relation
      : `(select * from ${relation} where ${test.where}\n) as tested`;
  return test.assertion.type === "contract"
    ? contractQuery(test.assertion.constraints, tested, dialect)
    : failingRows(test.assertion, tested, resolve);
}

/** Plain SQL for every engine. */
function failingRows(
  assertion: Exclude<Assertion, { readonly type: "contract" }>,
  tested: string,
  resolve: (relation: RelationName) => string,
): string {
  switch (assertion.type) {
    case "not_null":
      return `select *\nfrom ${tested}\nwhere ${assertion.column} is null`;
    case "unique": {
      const list = assertion.columns.join(", ");
      // Nulls are not_null's business: a key with a null in it is no duplicate of another.
      const present = assertion.columns.map((column) => `${column} is not null`).join(" and ");
      return `select ${list}, count(*) as row_count\nfrom ${tested}\nwhere ${present}\ngroup by ${list}\nhaving count(*) > 1`;
    }
    case "accepted_values": {
      const { column, values } = assertion;
      const list = values.map(literal);
      return `select ${column}, count(*) as row_count\nfrom ${tested}\nwhere ${column} is not null and ${column} not in (${list.join(", ")})\ngroup by ${column}`;
    }
    case "relationships": {
      const { column, to, field } = assertion;
      return [
        `select child.${column}, count(*) as row_count`,
        `from (select ${column} from ${tested}) as child`,
        `left join (select distinct ${field} as parent_key from ${resolve(to)}) as parent on child.${column} = parent.parent_key`,
        `where child.${column} is not null and parent.parent_key is null`,
        `group by child.${column}`,
      ].join("\n");
    }
    case "not_empty_string":
      return `select *\nfrom ${tested}\nwhere trim(${assertion.column}) = ''`;
    case "range":
      return `select *\nfrom ${tested}\nwhere ${outside(assertion).join(" or ")}`;
    case "expression":
      return `select *\nfrom ${tested}\nwhere not coalesce((${assertion.expression}\n), false)`;
    case "row_count": {
      const { minimum, maximum } = assertion;
      const broken = [
        minimum === undefined ? "" : `count(*) < ${minimum}`,
        maximum === undefined ? "" : `count(*) > ${maximum}`,
      ].filter(Boolean);
      return `select count(*) as row_count\nfrom ${tested}\nhaving ${broken.join(" or ")}`;
    }
    case "snapshot_versions": {
      const list = [...assertion.key, "snapshot_id", "valid_from", "valid_to"].join(", ");
      const next = `lead(valid_from) over (partition by ${assertion.key.join(", ")} order by valid_from, snapshot_id)`;
      return [
        `select ${list}, next_from`,
        `from (select ${list}, ${next} as next_from from ${tested}) as versions`,
        "where valid_from is null or valid_from >= valid_to",
        "    or (next_from is not null and (valid_to is null or valid_to > next_from))",
      ].join("\n");
    }
  }
}

function literal(value: string | number): string {
  return typeof value === "number" ? String(value) : quoteText(value);
}

/** Conditions for values beyond a bound; a null is beyond none. */
function outside({ column, minimum, maximum }: Assertion & { readonly type: "range" }): string[] {
  return [
    ...(minimum === undefined ? [] : [`${column} < ${literal(minimum)}`]),
    ...(maximum === undefined ? [] : [`${column} > ${literal(maximum)}`]),
  ];
}

/** What a test asserts, in words for a report. */
export function describeAssertion(assertion: Assertion): string {
  switch (assertion.type) {
    case "not_null":
      return `${assertion.column} is never null`;
    case "unique":
      return `${assertion.columns.join(" and ")} is unique`;
    case "not_empty_string":
      return `${assertion.column} is not blank`;
    case "range": {
      const { column, minimum, maximum } = assertion;
      if (maximum === undefined) return `${column} is at least ${String(minimum)}`;
      if (minimum === undefined) return `${column} is at most ${maximum}`;
      return `${column} is from ${minimum} to ${maximum}`;
    }
    case "accepted_values":
      return `${assertion.column} is one of ${assertion.values.join(", ")}`;
    case "relationships":
      return `${assertion.column} is in ${assertion.to}`;
    case "expression":
      return assertion.expression;
    case "row_count": {
      const { minimum, maximum } = assertion;
      const bounds = [
        minimum === undefined ? "" : `at least ${minimum}`,
        maximum === undefined ? "" : `at most ${maximum}`,
      ].filter(Boolean);
      return `has ${bounds.join(" and ")} rows`;
    }
    case "contract":
      return assertion.constraints.map(describeConstraint).join(", ");
    case "snapshot_versions":
      return `one version for each moment of ${assertion.key.join(" and ")}`;
  }
}
