import type { Assertion, ComparedExpression } from "../core/data-test.ts";
import { quoteText } from "../core/sql-text.ts";

type EqualTotals = Assertion & { readonly type: "equal_totals" };

/** What the rows of an `equal_totals` query call a total. */
function totalLabel({ here, there }: ComparedExpression): string {
  return here === there ? `sum(${here})` : `sum(${here}) and sum(${there})`;
}

/**
 * A row for each total that differs, with both sides and their difference as text: decimals of any scale stand in one
 * column, and none of them loses a digit.
 */
export function unequalTotalsQuery(assertion: EqualTotals, here: string, there: string): string {
  const { of, groupBy, countsRows } = assertion;
  const groups = groupBy.map((_, index) => `group_${index + 1}`);
  const side = (
    relation: string,
    expressionOf: (pair: ComparedExpression) => string,
    isHere: boolean,
  ) => {
    const pair = (value: string, name: string) =>
      isHere ? [`${value} as here_${name}`, `0 as there_${name}`] : [`0`, value];
    const keys = groupBy.map((group, index) => `${expressionOf(group)} as group_${index + 1}`);
    const totals = of.flatMap((total, index) =>
      pair(`coalesce(sum(${expressionOf(total)}), 0)`, String(index + 1)),
    );
    const list = [...keys, ...pair("count(*)", "rows"), ...totals];
    const grouping =
      groupBy.length === 0
        ? ""
        : `\n    group by ${groupBy.map((_, index) => String(index + 1)).join(", ")}`;
    return `    select ${list.join(", ")}\n    from ${relation}${grouping}`;
  };
  const names = [...(countsRows ? ["rows"] : []), ...of.map((_, index) => String(index + 1))];
  const sums = ["rows", ...of.map((_, index) => String(index + 1))].flatMap((name) => [
    `sum(here_${name}) as here_${name}`,
    `sum(there_${name}) as there_${name}`,
  ]);
  const labels = ["count of rows", ...of.map(totalLabel)];
  const differences = names.map((name) => {
    const label = labels[name === "rows" ? 0 : Number(name)] ?? name;
    const list = [
      ...groupBy.map((group, index) => `group_${index + 1} as ${groupName(group, index)}`),
      `cast(${quoteText(label)} as varchar(1000)) as total`,
      `cast(here_${name} as varchar(50)) as here`,
      `cast(there_${name} as varchar(50)) as there`,
      `cast(here_${name} - there_${name} as varchar(50)) as difference`,
    ];
    return `select ${list.join(", ")}\nfrom compared\nwhere here_${name} <> there_${name}`;
  });
  return [
    "with sides as (",
    side(here, (pair) => pair.here, true),
    "    union all",
    side(there, (pair) => pair.there, false),
    "),",
    "compared as (",
    `    select ${[...groups, ...sums].join(", ")}`,
    `    from sides${groups.length > 0 ? `\n    group by ${groups.join(", ")}` : ""}`,
    ")",
    differences.join("\nunion all\n"),
  ].join("\n");
}

/** A group that is a plain column keeps its name. */
function groupName({ here }: ComparedExpression, index: number): string {
  return /^[a-z][a-z0-9_]*$/.test(here) ? here : `group_${index + 1}`;
}

/** One row: the number of rows and each sum as text, `total_1`, `total_2` and so on, to hold against control totals. */
export function totalsQuery(assertion: EqualTotals, tested: string): string {
  const sums = assertion.of.map(
    ({ here }, index) =>
      `cast(coalesce(sum(${here}), 0) as varchar(50)) as total_${String(index + 1)}`,
  );
  return `select ${["count(*) as row_count", ...sums].join(", ")}\nfrom ${tested}`;
}
