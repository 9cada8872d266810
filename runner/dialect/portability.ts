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
    pattern: /(?<!\.)\bconcat\s*\(/gi,
    message: "concat() with a null is null in Redshift, and leaves the null out in DuckDB.",
    hint: "Write a || b, with coalesce where it may be null.",
  },
  {
    pattern: /!?~[~*]*/g,
    message: "~ matches a part of the text in Redshift and the whole of it in DuckDB.",
    hint: "Use like, or a macro.",
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
    .concat(divisions(code), castTypes(code), backslashes(sql), quotedNames(sql))
    .sort((a, b) => a.offset - b.offset);
}

const quotedParts = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** Redshift reads a backslash in a text as the beginning of an escape, and DuckDB as itself. */
function backslashes(sql: string): readonly PortabilityProblem[] {
  return [...sql.matchAll(quotedParts)]
    .filter(({ 0: part }) => part.startsWith("'") && part.includes("\\"))
    .map(({ 0: part, index }) => ({
      offset: index + part.indexOf("\\"),
      message: "A backslash in a text begins an escape in Redshift and is only itself in DuckDB.",
      hint: "Write chr(92), or use a macro.",
    }));
}

/** Redshift folds every name to lower case, and takes 127 bytes. */
function quotedNames(sql: string): readonly PortabilityProblem[] {
  return [...sql.matchAll(quotedParts)].flatMap(({ 0: part, index }) => {
    if (!part.startsWith('"')) return [];
    const isLong = Buffer.byteLength(part) - 2 > 127;
    if (!isLong && part === part.toLowerCase()) return [];
    const message = isLong
      ? "A name has 127 bytes at most in Redshift."
      : `Redshift makes ${part} lower case although it is quoted.`;
    return [{ offset: index, message, hint: "Name it in lower snake case, shortly." }];
  });
}

/** Types that mean another thing on one of the engines, by the text that begins with them. */
const types: readonly Rule[] = [
  {
    pattern: /^(?:varchar|character varying|text|string|char|bpchar)\b(?!\s*\()/i,
    message:
      "A text type without a length holds 256 bytes at most in Redshift, and the rest is cut off.",
    hint: "Say how long: varchar(100), or varchar(65535).",
  },
  {
    pattern: /^double\b(?!\s+precision\b)/i,
    message: "The type double is called double precision in Redshift.",
    hint: "Write double precision; for money, decimal(18,2).",
  },
  {
    pattern: /^float\b/i,
    message: "float has 8 bytes in Redshift and 4 in DuckDB.",
    hint: "Write double precision; for money, decimal(18,2).",
  },
  {
    pattern: /^(?:decimal|numeric)\b(?!\s*\()/i,
    message:
      "decimal without a precision is decimal(18,0) in Redshift and decimal(18,3) in DuckDB.",
    hint: "Say how precise: decimal(18,2).",
  },
  {
    pattern: /^(?:tinyint|hugeint|u(?:tiny|small|big|huge)?int(?:eger)?|blob|uuid|bit)\b/i,
    message: "Redshift has no such type.",
    hint: "Use smallint, integer, bigint, decimal or varchar(n).",
  },
];

/** What is cast to a type of another meaning, by `cast(… as type)` or `::type`. */
function castTypes(code: string): readonly PortabilityProblem[] {
  return [...code.matchAll(/\bas\s+(?=[a-z])|::\s*/gi)].flatMap(({ 0: before, index }) => {
    const offset = index + before.length;
    const rule = types.find(({ pattern }) => pattern.test(code.slice(offset, offset + 40)));
    if (rule === undefined) return [];
    if (!before.startsWith("::") && !isInsideCast(code, index)) return [];
    return [{ offset, message: rule.message, hint: rule.hint }];
  });
}

/** Whether the innermost bracket around an offset is that of `cast(`. */
function isInsideCast(code: string, offset: number): boolean {
  let depth = 0;
  for (let index = offset - 1; index >= 0; index -= 1) {
    if (code[index] === ")") depth += 1;
    if (code[index] === "(") depth -= 1;
    if (depth < 0) return /\bcast\s*$/i.test(code.slice(0, index));
  }
  return false;
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
