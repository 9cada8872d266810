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
    pattern: new RegExp(`\\b${name}\\s*\\(`, "gi"),
    message: `${name}() exists in ${only} only.`,
    hint,
  }));
}

/** From the AWS Redshift Developer Guide's lists of unsupported PostgreSQL features, and from what DuckDB 1.5 refuses. */
const rules: readonly Rule[] = [
  ...functions(["getdate", "sysdate"], "Redshift", "Pass the time in: {{until}} or a column."),
  ...functions(["nvl", "nvl2"], "Redshift", "Write coalesce or case."),
  ...functions(["decode"], "Redshift", "Write case."),
  ...functions(["dateadd", "datediff"], "Redshift", "Add an integer to a date, or use a macro."),
  ...functions(["convert_timezone"], "Redshift", "Write x at time zone 'UTC'."),
  ...functions(["to_char", "listagg", "json_parse"], "Redshift", "Use a macro."),
  ...functions(
    [
      "generate_series",
      "range",
      "unnest",
      "string_agg",
      "array_agg",
      "list",
      "struct_pack",
      "arg_max",
      "arg_min",
    ],
    "DuckDB",
    "Use a macro, a seed, or explode the list at extraction.",
  ),
  {
    pattern: /\bregexp_replace\s*\(/gi,
    message: "regexp_replace() replaces all matches in Redshift and the first in DuckDB.",
    hint: "Use a macro.",
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
    pattern: /\bselect\s+top\s+\d/gi,
    message: "TOP does not exist in DuckDB.",
    hint: "Write limit at the end.",
  },
  {
    pattern: /\bfrom\s*\(\s*values\b|\bas\s*\(\s*values\b/gi,
    message: "A VALUES table does not exist in Redshift.",
    hint: "Use a seed, or select … union all select ….",
  },
  {
    pattern: /\border\s+by\b[^()]*?\bdesc\b(?!\s+nulls\b)/gi,
    message: "Where nulls stand under DESC differs between the engines.",
    hint: "Write desc nulls first or desc nulls last.",
  },
];

/**
 * Finds what does not port, by the words of the text; comments, quoted text and quoted names are passed over.
 * It knows no types: integer division, which differs too, is found by the contract's declared types instead.
 */
export function findPortabilityProblems(sql: string): readonly PortabilityProblem[] {
  const code = blankOut(sql, /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g);
  return rules
    .flatMap((rule) =>
      [...code.matchAll(rule.pattern)].map((match) => ({
        offset: match.index,
        message: rule.message,
        hint: rule.hint,
      })),
    )
    .sort((a, b) => a.offset - b.offset);
}

/** Replaces what matches by blanks of the same length, so that offsets stay true. */
function blankOut(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match) => match.replace(/[^\n]/g, " "));
}
