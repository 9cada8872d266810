import type { ColumnType } from "../core/column-type.ts";
import type { Assertion, GenericTest } from "../core/data-test.ts";
import type { EngineName } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { quoteText } from "../core/sql-text.ts";
import { contractQuery } from "./contract-query.ts";
import { freshnessQuery } from "./freshness-query.ts";
import { totalsQuery, unequalTotalsQuery } from "./totals-query.ts";

/** What a generic test's query is told besides the test. */
export interface AssertionContext {
  readonly dialect: EngineName;
  readonly resolve: (relation: RelationName) => string;
  /** The tested relation's columns, where they are known. */
  readonly columns?: readonly { readonly name: string; readonly type: ColumnType }[];
  /** The columns that breaking rows show; undefined shows all that the relation has. */
  readonly shown?: readonly string[];
  /** The run's time, ISO 8601. */
  readonly now?: string;
}

/** A query for the rows that break a generic test; it returns none when the test holds. */
export function assertionQuery(
  test: Pick<GenericTest, "relation" | "assertion" | "where">,
  context: AssertionContext,
): string {
  return failingRows(test.assertion, testedRows(test, context.resolve), context);
}

/** The rows that a test is about, as they stand behind `from`. */
function testedRows(
  { relation, where }: Pick<GenericTest, "relation" | "where">,
  resolve: (relation: RelationName) => string,
): string {
  return rowsOf(resolve(relation), where, "tested");
}

/** Texts of a project end in a line break, for their last line may be a comment. */
function rowsOf(relation: string, where: string | undefined, alias: string): string {
  return where === undefined
    ? relation
    : `(select * from ${relation} where ${where}\n) as ${alias}`;
}

function failingRows(assertion: Assertion, tested: string, context: AssertionContext): string {
  const { resolve, columns } = context;
  const shown = context.shown?.join(", ") ?? "*";
  switch (assertion.type) {
    case "not_null":
      return `select ${shown}\nfrom ${tested}\nwhere ${assertion.column} is null`;
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
      return `select ${shown}\nfrom ${tested}\nwhere trim(${assertion.column}) = ''`;
    case "range":
      return `select ${shown}\nfrom ${tested}\nwhere ${outside(assertion).join(" or ")}`;
    case "expression":
      return `select ${shown}\nfrom ${tested}\nwhere not coalesce((${assertion.expression}\n), false)`;
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
    case "freshness": {
      const type = columns?.find(({ name }) => name === assertion.column)?.type.kind;
      return freshnessQuery(assertion, tested, type ?? "timestamp", context.now);
    }
    case "equal_totals": {
      const { with: other } = assertion;
      return other.kind === "source"
        ? totalsQuery(assertion, tested)
        : unequalTotalsQuery(
            assertion,
            tested,
            rowsOf(resolve(other.relation), other.where, "compared_with"),
          );
    }
    case "contract":
      return contractQuery(assertion.constraints, tested, context.dialect);
    case "macro":
      throw new Error("a test of the project's own is rendered from its template");
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
