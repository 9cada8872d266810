import { counted } from "./counted.ts";
import type { Assertion, ColumnConstraint, TotalsOf } from "./data-test.ts";

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
    case "freshness": {
      const { column, warnAfterSeconds, errorAfterSeconds } = assertion;
      const limit = errorAfterSeconds ?? warnAfterSeconds ?? 0;
      return `${column} is at most ${describeDuration(limit)} old`;
    }
    case "equal_totals": {
      const { with: other } = assertion;
      const counts = assertion.countsRows ? ["its number of rows"] : [];
      const sums = assertion.of.map(({ here }) => `sum(${here})`);
      return `${[...counts, ...sums].join(", ")} equal those of ${describeOther(other)}`;
    }
    case "contract":
      return assertion.constraints.map(describeConstraint).join(", ");
    case "snapshot_versions":
      return `one version for each moment of ${assertion.key.join(" and ")}`;
    case "macro": {
      const { name, column, parameters } = assertion;
      const given = Object.entries(parameters)
        .filter(([, value]) => value !== "")
        .map(([key, value]) => `${key}: ${String(value)}`);
      const told = given.length === 0 ? name : `${name} (${given.join(", ")})`;
      return column === undefined ? `${told} holds` : `${told} holds for ${column}`;
    }
  }
}

/** What a relation's totals are compared with, in words. */
export function describeOther(other: TotalsOf): string {
  return other.kind === "relation" ? other.relation : `the source ${other.name ?? ""}`.trimEnd();
}

/** A length of time in its largest whole unit: 36 hours, 2 days. */
export function describeDuration(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  const [unit, size] = units.find(([, length]) => seconds >= length && seconds % length === 0) ?? [
    "second",
    1,
  ];
  return counted(seconds / size, unit);
}

function describeConstraint(constraint: ColumnConstraint): string {
  return constraint.type === "length"
    ? `${constraint.column} is at most ${constraint.bytes} bytes long`
    : `${constraint.column} is never null`;
}
