import { describeDuration, describeOther } from "../core/describe-assertion.ts";
import type { DataTest } from "../core/data-test.ts";
import type { ResultSet, Row } from "../core/ports.ts";
import { alignTable, showValue } from "../core/text-table.ts";

/** Lines that are longer break in a terminal, where a table can no longer be read. */
const widestTable = 110;

/** The first rows that break a test: a sentence where the test is about one number, else a table. */
export function showFailingRows(test: DataTest, { columns, rows }: ResultSet): string {
  if (test.form === "generic") {
    const { assertion } = test;
    if (assertion.type === "freshness") return rows.map((row) => describeAge(row, test)).join("\n");
    if (assertion.type === "equal_totals") {
      const other = describeOther(assertion.with);
      return rows.map((row) => describeTotal(row, other)).join("\n");
    }
  }
  const names = columns.map(({ name }) => name);
  const cells = rows.map((row) => names.map((name) => showValue(row[name] ?? null)));
  const table = alignTable([names, ...cells]);
  if (table.every((line) => line.length <= widestTable)) return table.join("\n");
  return rows
    .map((row) => names.map((name) => `${name}=${showValue(row[name] ?? null)}`).join("  "))
    .join("\n");
}

/** `sum(amount): 10.10 here, 10.11 in cleaned.payment, differs by -0.01`, behind its group when there are groups. */
function describeTotal(row: Row, other: string): string {
  const { total, here, there, difference, ...groups } = row;
  const group = Object.entries(groups)
    .map(([name, value]) => `${name}=${showValue(value)}`)
    .join(" ");
  const said = `${String(total)}: ${String(here)} here, ${String(there)} in ${other}, differs by ${String(difference)}`;
  return group === "" ? said : `${group}  ${said}`;
}

function describeAge({ latest, checked_at: now, staleness }: Row, test: DataTest): string {
  if (test.form !== "generic" || test.assertion.type !== "freshness") return "";
  const { column, warnAfterSeconds, errorAfterSeconds } = test.assertion;
  const limit = (staleness === "error" ? errorAfterSeconds : undefined) ?? warnAfterSeconds ?? 0;
  if (latest === null || latest === undefined)
    return `there is no ${column}: no row, or only nulls`;
  const seconds = (timeOf(now) - timeOf(latest)) / 1000;
  return `the latest ${column} is ${String(latest)}, ${describeAgeIn(seconds)} before this run: more than ${describeDuration(limit)}`;
}

function timeOf(value: Row[string] | undefined): number {
  return Date.parse(`${String(value).replace(" ", "T")}Z`);
}

/** To the unit that a reader cares for: 3 days and 4 hours rather than 273613 seconds. */
function describeAgeIn(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return describeDuration(Math.floor(seconds));
  if (minutes < 60) return describeDuration(minutes * 60);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return describeDuration(hours * 3600);
  const days = Math.floor(hours / 24);
  const rest = hours % 24;
  return rest === 0
    ? describeDuration(days * 86_400)
    : `${describeDuration(days * 86_400)} and ${describeDuration(rest * 3600)}`;
}
