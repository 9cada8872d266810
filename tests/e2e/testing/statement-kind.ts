type Collapse = readonly [RegExp, string];

/** What differs from run to run: ids, moments, checksums, and where the lake is. */
const ofOneRun: readonly Collapse[] = [
  [/r?\d{8}_\d{6}_\d{3}_[0-9a-z]{4}/g, "<run>"],
  [/\bpublish_[0-9a-f]{20}_\d+/g, "publish_<hash>_<number>"],
  [/\bs3:\/\/[^']*/g, "s3://…"],
];

/** What differs from one relation, column and value to the next, the outermost first. */
const ofOneRelation: readonly Collapse[] = [
  // What a model or a test asks: each has a golden file of its own.
  [
    /^(?:select|with)\b[^]*\(\n[^]*\n\) as compared_rows$/,
    "select <columns> from (<query>) as compared_rows",
  ],
  [/\(\n[^]*\n\) as (described|failing|rows)\b/, "(<query>) as $1"],
  [/^(create table _\w+\.[^\n]*?) as\n[^]*$/, "$1 as <query>"],
  [/^(create (?:or replace )?view \S+) as\n[^]*\n(with no schema binding)$/, "$1 as <query>\n$2"],
  [/^(insert into _physical\.\S+) \([^)]*\)\n(?:with|select)\b[^]*$/, "$1 (<columns>)\n<query>"],
  [/^(create table _physical\.\S+) \(\n[^]*\n\)/, "$1 (<columns>)"],
  [/\b(_physical|_failures)\.\w*(?:<run>)?\w*/g, "$1.<relation>"],
  [/\b(?:raw|cleaned|work|gold)__\w+\.(?:"\w+"|\w+)/g, "<zone>__<environment>.<relation>"],
  [/(?:"raw"|\b(?:raw|cleaned|work|gold))\.(?:"\w+"|\w+)/g, "<zone>.<relation>"],
  [/^(create schema if not exists) .*$/, "$1 <schema>"],
  [/\b(distkey|sortkey) \([^)]*\)/g, "$1 (<columns>)"],
  [/"\w+"(?:, "\w+")*/g, "<columns>"],
  [
    /^(select) [\w, ]+?(, count\(\*\) as row_count from \S+ group by) [\w, ]+? (having)/,
    "$1 <columns>$2 <columns> $3",
  ],
  [
    /^(select (?:\*|[\w, ]+) from _physical\.<relation>) where \w+ is null(?: or \w+ is null)*$/,
    "select … from _physical.<relation> where <key is null>",
  ],
  [/(?:, cast\(coalesce\(sum\(\w+\), 0\) as varchar\(50\)\) as total_\d+)+/, ", <totals>"],
  [/\bwhere staged\.[^)]*\)/g, "where <same key>)"],
  [/\bmax\(\w+_at\)/g, "max(<cursor>)"],
  // Values.
  [/replace\('[^']*', '.', chr\(92\)\)/g, "'…'"],
  [/'(?:[^'\\]|''|\\[^])*'/g, "'…'"],
  [/cast\('…' as [\w ]+(?:\([\d,]+\))?\)/g, "'…'"],
  [/\bvalues\s+\([^]*\)$/, "values (…)"],
  [/\b(in|values) \('…'(?:, '…')*\)/g, "$1 ('…')"],
  [/(?<![\w$])\d+(?![\w$])/g, "0"],
];

/** The same text for every run that sends it. */
export const withoutRun = (statement: string): string => collapse(statement.trim(), ofOneRun);

const collapse = (text: string, by: readonly Collapse[]) =>
  by.reduce((found, [pattern, replacement]) => found.replace(pattern, replacement), text);

/** What kind of statement it is: the same for statements of one form about other relations, columns and values. */
export function kindOf(statement: string): string {
  return collapse(withoutRun(statement), ofOneRelation);
}

const procedure =
  /^create or replace procedure \S+ as (\$s\d*\$)\nbegin\n([^]*)\nend;\n\1 language plpgsql$/;
const dynamic = /^execute (\$s\d*\$)([^]*)\n\1$/;

/** The statement alone, or those that a procedure of the runner's holds, and the procedure without them. */
export function unpacked(statement: string): readonly string[] {
  const body = procedure.exec(statement)?.[2];
  if (body === undefined) return [statement];
  const inner = body.split(/\n;(?:\n|$)/).filter((text) => text.trim() !== "");
  const frame = statement.replace(`\nbegin\n${body}\nend;`, "\nbegin\n<statements>\nend;");
  return [frame, ...inner.map((text) => dynamic.exec(text)?.[2] ?? text)];
}
