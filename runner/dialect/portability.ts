import { wordsOfSql } from "../core/blank-out.ts";

/** Something in a query that means another thing, or nothing, on one of the engines. */
export interface PortabilityProblem {
  /** Offset in the checked text. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly message: string;
  readonly hint: string;
}

function functions(names: readonly string[], only: "Redshift" | "DuckDB", hint: string): Rule[] {
  return names.map((name) => ({
    pattern: new RegExp(`(?<!\\.)\\b${name}\\s*\\(`, "gi"),
    message: `${name}() exists in ${only} only.`,
    hint,
  }));
}

const duckdbOnly = [
  ...["generate_series", "range", "unnest", "string_agg", "array_agg", "group_concat", "list"],
  ...["struct_pack", "row", "arg_max", "arg_min", "max_by", "min_by"],
];
const duckdbDates = [
  ...["date_add", "date_sub", "date_diff", "strftime", "strptime", "make_date", "epoch"],
  ...["dayname", "monthname"],
];
const passTimeIn = "Pass the time in: {{until}} or a column.";

/**
 * From the AWS Redshift Developer Guide's lists of unsupported PostgreSQL features and of functions that run on the
 * leader node only, and from what DuckDB 1.5 refuses.
 */
const rules: readonly Rule[] = [
  ...functions(["nvl", "nvl2"], "Redshift", "Write coalesce or case."),
  ...functions(["decode"], "Redshift", "Write case."),
  ...functions(["dateadd", "datediff"], "Redshift", "Add an integer to a date, or use a macro."),
  ...functions(["convert_timezone"], "Redshift", "Write x at time zone 'UTC'."),
  ...functions(["to_char", "listagg", "json_parse"], "Redshift", "Use a macro."),
  ...functions(duckdbOnly, "DuckDB", "Use a macro, a seed, or explode the list at extraction."),
  ...functions(duckdbDates, "DuckDB", "Use date_trunc, extract or a macro."),
  {
    pattern:
      /\b(?:getdate|now|age)\s*\(|\b(?:sysdate|current_time(?:stamp)?|localtime(?:stamp)?)\b/gi,
    message: "The clock is read differently on the engines, and makes a build unrepeatable.",
    hint: passTimeIn,
  },
  {
    pattern: /\bregexp_replace\s*\(/gi,
    message: "regexp_replace() replaces all matches in Redshift and the first in DuckDB.",
    hint: "Use a macro.",
  },
  {
    pattern: /\bavg\s*\(\s*(?:distinct\s+)?(?!cast\b|distinct\b|\s)/gi,
    message: "avg() of integers is a bigint in Redshift and a double in DuckDB.",
    hint: "Cast what is averaged: avg(cast(x as decimal(18,4))).",
  },
  {
    pattern: /\bdistinct\s+on\s*\(/gi,
    message: "DISTINCT ON does not exist in Redshift.",
    hint: "Take row_number() over (…) = 1 in a CTE of its own.",
  },
  {
    pattern: /\bis\s+(?:not\s+)?distinct\s+from\b/gi,
    message: "IS DISTINCT FROM does not exist in Redshift.",
    hint: "Write the null cases out.",
  },
  {
    pattern: /\bexcept\s+all\b|\bintersect\s+all\b/gi,
    message: "EXCEPT ALL and INTERSECT ALL do not exist in Redshift.",
    hint: "Count the rows of both sides by key and compare.",
  },
  {
    pattern: /\bfilter\s*\(\s*where\b/gi,
    message: "The FILTER clause does not exist in Redshift.",
    hint: "Write sum(case when … then … end).",
  },
  {
    pattern: /\bqualify\b/gi,
    message: "QUALIFY does not read the same on both engines.",
    hint: "Filter a window function in a CTE of its own.",
  },
  {
    pattern: /\bselect\s+(?:distinct\s+)?top\s+\d/gi,
    message: "TOP does not exist in DuckDB.",
    hint: "Write limit at the end.",
  },
  {
    pattern: /\(\s*values\b/gi,
    message: "A VALUES table does not exist in Redshift.",
    hint: "Use a seed, or select … union all select ….",
  },
  {
    pattern: /\b(?:group|order)\s+by\s+all\b/gi,
    message: "GROUP BY ALL and ORDER BY ALL mean something else, or nothing, in Redshift.",
    hint: "Name the columns.",
  },
  {
    pattern: /\bdesc\b(?!\s+nulls\s+(?:first|last)\b)/gi,
    message: "Where nulls stand under DESC differs between the engines.",
    hint: "Write desc nulls first or desc nulls last.",
  },
  {
    pattern: /[{[]|->/g,
    message: "Lists, structs and JSON paths are written differently on the engines.",
    hint: "Take nested values apart at extraction.",
  },
];

/**
 * Finds what does not port, by the words of the text; comments, quoted text and quoted names are passed over. It knows
 * no types: what an expression's type becomes is the business of the contract that each model is compared with.
 */
export function findPortabilityProblems(sql: string): readonly PortabilityProblem[] {
  const code = wordsOfSql(sql);
  return rules
    .flatMap((rule) =>
      [...code.matchAll(rule.pattern)].map((match) => ({
        offset: match.index,
        message: rule.message,
        hint: rule.hint,
      })),
    )
    .concat(divisions(code))
    .sort((a, b) => a.offset - b.offset);
}

/** Divisions of which neither side is visibly cast: only a cast says how precise the result is on every engine. */
function divisions(code: string): readonly PortabilityProblem[] {
  return [...code.matchAll(/\//g)]
    .filter(
      ({ index }) => !/^\s*cast\s*\(/i.test(code.slice(index + 1)) && !followsCast(code, index),
    )
    .map(({ index }) => ({
      offset: index,
      message: "A division of integers is truncated in Redshift and not in DuckDB.",
      hint: "Cast one side, and the result: cast(cast(a as decimal(18,4)) / b as decimal(18,4)).",
    }));
}

/** Whether what ends before `end` is `cast(…)`. */
function followsCast(code: string, end: number): boolean {
  const before = code.slice(0, end).trimEnd();
  if (!before.endsWith(")")) return false;
  let depth = 0;
  for (let index = before.length - 1; index >= 0; index -= 1) {
    if (before[index] === ")") depth += 1;
    if (before[index] === "(") depth -= 1;
    if (depth === 0) return /\bcast\s*$/i.test(before.slice(0, index));
  }
  return false;
}
