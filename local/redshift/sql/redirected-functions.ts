import { syntaxError } from "./redshift-error.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import {
  closingBracket,
  commaSeparated,
  readsAs,
  textLiteral,
  tokenize,
  type Token,
} from "./tokens.ts";

/** Functions whose name and arguments Postgres has, with another meaning. */
const ownFunctions = new Set(["avg", "regexp_replace", "json_extract_path_text", "listagg"]);

/** Functions whose first argument is a bare word such as `day`. */
const datePartFunctions = new Set([
  ...["dateadd", "datediff", "date_part", "date_add", "date_diff"],
]);

/** What must change in a query so that Postgres calls what Redshift would. Throws RedshiftError. */
export function redirectFunctions(sql: string, tokens: readonly Token[]): readonly TextEdit[] {
  const edits = editsOf(sql, tokens);
  // What an edit takes with it is redirected there.
  return edits.filter(
    (edit) => !edits.some((other) => other.start < edit.start && edit.start < other.end),
  );
}

function redirected(sql: string): string {
  return applyEdits(sql, redirectFunctions(sql, tokenize(sql)));
}

function editsOf(sql: string, tokens: readonly Token[]): readonly TextEdit[] {
  return tokens.flatMap((token, index): readonly TextEdit[] => {
    if (token.kind !== "word" || readsAs(tokens, index - 1, ".")) return [];
    const { value, start, end } = token;
    if (value === "sysdate" && !readsAs(tokens, index - 1, "as"))
      return [{ start, end, replacement: "pg_internal.sysdate()" }];
    if (value === "approximate" && readsAs(tokens, index + 1, "count"))
      return [{ start, end, replacement: "" }];
    if (value === "minus" && readsAs(tokens, index + 1, "select"))
      return [{ start, end, replacement: "except" }];
    if (value === "top" && tokens[index + 1]?.kind === "number") return topToLimit(tokens, index);
    if (!readsAs(tokens, index + 1, "(")) return [];
    if (value === "nvl") return [{ start, end, replacement: "coalesce" }];
    const call: Call = { sql, tokens, index };
    if (value === "varchar" && readsAs(tokens, index + 2, "max"))
      return [replaceToken(tokens[index + 2], "65535")];
    if (datePartFunctions.has(value)) return quoteDatePart(call);
    if (value === "nvl2") return nvl2(call);
    if (value === "decode") return decode(call);
    if (value === "listagg") return listagg(call);
    if (value === "convert") return convert(call);
    if (ownFunctions.has(value)) return [{ start, end: start, replacement: "pg_internal." }];
    return [];
  });
}

interface Call {
  readonly sql: string;
  readonly tokens: readonly Token[];
  /** Of the function's name. */
  readonly index: number;
}

function replaceToken(token: Token | undefined, replacement: string): TextEdit {
  if (token === undefined) throw syntaxError(undefined);
  return { start: token.start, end: token.end, replacement };
}

/** The tokens before each argument, between them, and behind the last: `f(`, `,` …, `)`. */
function separators({ tokens, index }: Call): readonly Token[] {
  const close = closingBracket(tokens, index + 1);
  const commas = commaSeparated(tokens, index + 2, close).slice(1);
  const places = [index + 1, ...commas.map(({ from }) => from - 1), close];
  return places.flatMap((place) => tokens[place] ?? []);
}

function quoteDatePart({ tokens, index }: Call): readonly TextEdit[] {
  const name = tokens[index];
  const part = tokens[index + 2];
  const edits: TextEdit[] = [];
  if (name?.value === "date_add") edits.push(replaceToken(name, "dateadd"));
  if (name?.value === "date_diff") edits.push(replaceToken(name, "datediff"));
  if (part !== undefined && part.kind !== "text" && readsAs(tokens, index + 3, ","))
    edits.push(replaceToken(part, textLiteral(part.value)));
  return edits;
}

function nvl2(call: Call): readonly TextEdit[] {
  const [open, first, second, close, ...more] = separators(call);
  if (!open || !first || !second || !close || more.length > 0)
    throw syntaxError(call.tokens[call.index]);
  return [
    { start: call.tokens[call.index]?.start ?? 0, end: open.end, replacement: "(case when (" },
    replaceToken(first, ") is not null then "),
    replaceToken(second, " else "),
    replaceToken(close, " end)"),
  ];
}

/** decode(x, a, b, …, z): null equals null in it. The compared value is repeated, so it must not have side effects. */
function decode(call: Call): readonly TextEdit[] {
  const { sql, tokens, index } = call;
  const places = separators(call);
  const between = places
    .slice(1)
    .map((place, at) => redirected(sql.slice(places[at]?.end, place.start).trim()));
  if (between.length < 3) throw syntaxError(tokens[index]);
  const [value = "", ...rest] = between;
  let text = "(case";
  for (let at = 0; at + 1 < rest.length; at += 2) {
    const [search = "", result = ""] = rest.slice(at, at + 2);
    text += ` when (${value}) = (${search}) or ((${value}) is null and (${search}) is null) then ${result}`;
  }
  if (rest.length % 2 === 1) text += ` else ${rest.at(-1) ?? "null"}`;
  const close = places.at(-1);
  return [{ start: tokens[index]?.start ?? 0, end: close?.end ?? 0, replacement: `${text} end)` }];
}

/** listagg([distinct] x [, ',']) [within group (order by …)]: Postgres orders inside the brackets. */
function listagg(call: Call): readonly TextEdit[] {
  const { sql, tokens, index } = call;
  const [open, comma, ...others] = separators(call);
  const close = others.at(-1) ?? comma;
  if (!open || !comma || !close || others.length > 1) throw syntaxError(tokens[index]);
  const isDistinct = readsAs(tokens, index + 2, "distinct");
  const valueStart = isDistinct ? (tokens[index + 2]?.end ?? 0) : open.end;
  const value = redirected(sql.slice(valueStart, comma.start).trim());
  const delimiter = others.length === 0 ? "''" : sql.slice(comma.end, close.start).trim();
  const behind = tokens.indexOf(close) + 1;
  let order = "";
  let { end } = close;
  if (readsAs(tokens, behind, "within", "group", "(")) {
    const orderClose = closingBracket(tokens, behind + 2);
    order = redirected(sql.slice(tokens[behind + 2]?.end, tokens[orderClose]?.start).trim());
    end = tokens[orderClose]?.end ?? end;
  }
  const argument = `cast(${value} as varchar(65535))`;
  // What is distinct may be ordered by itself alone, and then as it is aggregated.
  const ordered = isDistinct && order.includes(value) ? order.replace(value, argument) : order;
  const replacement = `pg_internal.listagg(${isDistinct ? "distinct " : ""}${argument}, ${delimiter} ${ordered})`;
  return [{ start: tokens[index]?.start ?? 0, end, replacement }];
}

/** convert(type, x) is cast(x as type). */
function convert(call: Call): readonly TextEdit[] {
  const { sql, tokens, index } = call;
  const [open, comma, close] = separators(call);
  if (!open || !comma || !close) throw syntaxError(tokens[index]);
  const type = redirected(sql.slice(open.end, comma.start).trim());
  return [
    { start: tokens[index]?.start ?? 0, end: comma.end, replacement: "cast(" },
    { start: close.start, end: close.start, replacement: ` as ${type}` },
  ];
}

/** `select top 3 …` is `select … limit 3`, at the end of its query. */
function topToLimit(tokens: readonly Token[], index: number): readonly TextEdit[] {
  const isSelect =
    readsAs(tokens, index - 1, "select") ||
    (readsAs(tokens, index - 2, "select") && readsAs(tokens, index - 1, "distinct"));
  const [top, count] = tokens.slice(index, index + 2);
  if (!isSelect || !top || !count) return [];
  let last = index;
  while (last + 1 < tokens.length && !readsAs(tokens, last + 1, ")"))
    last = readsAs(tokens, last + 1, "(") ? closingBracket(tokens, last + 1) : last + 1;
  const end = tokens[last]?.end ?? count.end;
  return [
    { start: top.start, end: count.end, replacement: "" },
    { start: end, end, replacement: ` limit ${count.value}` },
  ];
}
