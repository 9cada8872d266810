import type { A_Expr, FuncCall, Node, SubLink, WindowDef } from "libpg-query";
import {
  aggregates,
  choosing,
  rowsOfOneColumn,
  systemSchemas,
  unforeseeable,
} from "./functions.ts";
import { nameOf, textsOf, unknown } from "./reader.ts";
import type { Payloads, Reader } from "./reader.ts";
import { everythingIn, resolve, resolveIfKnown } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { nothing, union, usedAs } from "./uses.ts";
import type { Rows, Uses } from "./uses.ts";

type Read = (node: Node | undefined) => Uses;

interface Parts {
  readonly scope: Scope;
  readonly reader: Reader;
  readonly read: Read;
}

/** What the value of an expression is made of; what windows in it are made of goes to the scope's rows. */
export function readExpression(node: Node | undefined, scope: Scope, reader: Reader): Uses {
  const read: Read = (part) => {
    if (part === undefined) return nothing;
    for (const [kind, payload] of Object.entries(part) as [string, unknown][]) {
      const form = forms[kind as keyof Payloads] as Form<unknown> | undefined;
      return form?.(payload, parts) ?? usedAs(everythingIn(scope), "transformation");
    }
    return nothing;
  };
  const parts = { scope, reader, read };
  return read(node);
}

type Form<Payload> = (payload: Payload, parts: Parts) => Uses;

/** What is missing here is made of every column in its scope. */
const forms: { readonly [Kind in keyof Payloads]?: Form<Payloads[Kind]> } = {
  ColumnRef: ({ fields, location }, { scope }) => {
    const texts = textsOf(fields);
    return texts.length === 0 ? everythingIn(scope) : resolve(nameOf(texts, location), scope);
  },
  A_Const: () => nothing,
  ParamRef: () => nothing,
  SQLValueFunction: () => nothing,
  SetToDefault: () => nothing,
  String: () => nothing,
  A_Star: () => nothing,
  // Which columns a row is grouped by says nothing of their values.
  GroupingFunc: () => nothing,
  // The same value in another type or order.
  TypeCast: ({ arg }, { read }) => read(arg),
  CollateClause: ({ arg }, { read }) => read(arg),
  NamedArgExpr: ({ arg }, { read }) => read(arg),
  BoolExpr: ({ args }, { read }) => transformed(args, read),
  NullTest: ({ arg }, { read }) => transformed([arg], read),
  BooleanTest: ({ arg }, { read }) => transformed([arg], read),
  CoalesceExpr: ({ args }, { read }) => transformed(args, read),
  MinMaxExpr: ({ args }, { read }) => transformed(args, read),
  A_ArrayExpr: ({ elements }, { read }) => transformed(elements, read),
  RowExpr: ({ args }, { read }) => transformed(args, read),
  List: ({ items }, { read }) => transformed(items, read),
  A_Indices: ({ lidx, uidx }, { read }) => transformed([lidx, uidx], read),
  A_Indirection: ({ arg, indirection = [] }, { read }) => transformed([arg, ...indirection], read),
  A_Expr: ofOperation,
  CaseExpr: ({ arg, args, defresult }, { read }) => {
    const cases = (args ?? []).flatMap((each) => ("CaseWhen" in each ? [each.CaseWhen] : []));
    const conditions = [arg, ...cases.map(({ expr }) => expr)].map(read);
    const results = [...cases.map(({ result }) => result), defresult];
    return union([usedAs(union(conditions), "condition"), transformed(results, read)]);
  },
  FuncCall: ofCall,
  SubLink: ofSubquery,
};

function transformed(parts: readonly (Node | undefined)[] = [], read: Read): Uses {
  return usedAs(union(parts.map(read)), "transformation");
}

function ofOperation({ kind, name, lexpr, rexpr }: A_Expr, { scope, read }: Parts): Uses {
  const [left, right] = [read(lexpr), read(rexpr)];
  if (kind === "AEXPR_NULLIF")
    return union([usedAs(left, "transformation"), usedAs(right, "condition")]);
  // DuckDB's `#2` is the second column of FROM.
  if (lexpr === undefined && textsOf(name).at(-1) === "#") {
    return usedAs(everythingIn(scope), "transformation");
  }
  return usedAs(union([left, right]), "transformation");
}

function ofCall(call: FuncCall, { scope, read }: Parts): Uses {
  const names = textsOf(call.funcname);
  const name = names.at(-1) ?? "";
  const qualifier = names.slice(0, -1);
  if (unforeseeable.has(name)) {
    const message = `Nobody can say before it runs which columns ${name}() reads.`;
    throw unknown("LINEAGE_UNKNOWN_FORM", message, call.location);
  }
  if (call.agg_star === true && name !== "count") {
    return usedAs(everythingIn(scope), "transformation");
  }
  if (call.over !== undefined) addWindow(call.over, scope.rows, read);
  const how = aggregates.has(name) || call.agg_within_group ? "aggregation" : "transformation";
  const given = (call.args ?? []).map(read);
  // In DuckDB `email.lower()` is lower(email).
  const isChained = qualifier.length > 0 && !systemSchemas.has(qualifier[0] ?? "");
  if (isChained) {
    given.unshift(resolveIfKnown(nameOf(qualifier, call.location), scope) ?? nothing);
  }
  // It makes more rows of the query's, or none.
  if (rowsOfOneColumn.has(name)) scope.rows.add(union(given), "join");
  const orders = (call.agg_order ?? []).map((each) =>
    read("SortBy" in each ? each.SortBy.node : each),
  );
  return union([
    ...given.map((uses, index) => usedAs(uses, choice(name, index) ? "condition" : how)),
    ...orders.map((uses) => usedAs(uses, call.agg_within_group === true ? how : "condition")),
    usedAs(read(call.agg_filter), "condition"),
  ]);
}

/** Whether an argument only chooses which of the others is the value. */
function choice(name: string, index: number): boolean {
  if (choosing.has(name)) return index === 0;
  // decode(value, search, result, search, result, …, otherwise): what is searched and where.
  return name === "decode" && (index === 0 || index % 2 === 1);
}

/** What a window is made of decides which rows are seen together. */
export function addWindow(window: WindowDef, rows: Rows, read: Read): void {
  const { partitionClause = [], orderClause = [], startOffset, endOffset } = window;
  const orders = orderClause.map((each) => ("SortBy" in each ? each.SortBy.node : each));
  for (const part of [...partitionClause, ...orders, startOffset, endOffset]) {
    rows.add(read(part), "window");
  }
}

/** What decides the rows of a query within an expression decides the expression's value. */
function ofSubquery(
  { subselect, subLinkType, testexpr, location }: SubLink,
  { scope, reader, read }: Parts,
): Uses {
  if (subselect === undefined || !("SelectStmt" in subselect)) {
    throw unknown("LINEAGE_UNKNOWN_FORM", "This is no query.", location);
  }
  const around = { expressions: scope.expressions, outer: scope };
  const { columns, rows } = reader.query(subselect.SelectStmt, around);
  const conditions = rows.uses();
  const values = union(columns.map(({ uses }) => uses));
  switch (subLinkType) {
    case "EXISTS_SUBLINK":
      return conditions;
    case "EXPR_SUBLINK":
      return union([values, conditions]);
    case "ARRAY_SUBLINK":
      return union([usedAs(values, "aggregation"), conditions]);
    default:
      return union([usedAs(union([read(testexpr), values]), "transformation"), conditions]);
  }
}
