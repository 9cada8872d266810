/** Something in a statement that Redshift refuses. */
export interface StatementProblem {
  /** Offset in the checked text. */
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

type Fields = Readonly<Record<string, unknown>>;

interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

/**
 * Functions that Postgres has and Redshift lacks, or that run on its leader node alone, where no table is. From the
 * Redshift Developer Guide's pages "Unsupported PostgreSQL functions" and "Leader node-only functions".
 */
const lacking: ReadonlySet<string> = new Set([
  ...["age", "array_agg", "array_length", "bit_length", "clock_timestamp", "concat_ws", "convert"],
  ...["convert_from", "convert_to", "corr", "covar_pop", "covar_samp", "div", "every", "format"],
  ...["generate_series", "generate_subscripts", "getbit", "get_bit", "get_byte", "isfinite"],
  ...["json_agg", "jsonb_agg", "justify_days", "justify_hours", "justify_interval", "lastval"],
  ...["make_date", "make_timestamp", "nextval", "now", "overlay", "pg_sleep", "quote_nullable"],
  ...["regexp_match", "regexp_matches", "regexp_split_to_array", "regexp_split_to_table"],
  ...["row_to_json", "set_bit", "set_byte", "setseed", "setval", "string_agg", "to_ascii"],
  ...["transaction_timestamp", "unnest", "width_bucket", "xmlagg"],
]);

const operators: ReadonlySet<string> = new Set([
  ...["+", "-", "*", "/", "%", "^", "=", "<>", "<", ">", "<=", ">=", "||", "|/", "||/", "@", "&"],
  ...["|", "#", "~", "<<", ">>", "~~", "!~~", "~~*", "!~~*", "!~", "~*", "!~*"],
]);

/** Statements that the runner, a hook or a test may send to Redshift. */
const statements: ReadonlySet<string> = new Set([
  ...["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateSchemaStmt"],
  ...["CreateStmt", "CreateTableAsStmt", "ViewStmt", "DropStmt", "TruncateStmt", "AlterTableStmt"],
  ...["RenameStmt", "LockStmt", "TransactionStmt", "GrantStmt", "GrantRoleStmt", "CommentStmt"],
  ...["CallStmt", "VariableSetStmt", "VacuumStmt", "ExplainStmt"],
]);

const frame = { range: 0x2, groups: 0x8, nonDefault: 0x1, exclusion: 0x8000 | 0x10000 | 0x20000 };

/** What Redshift refuses of one node of Postgres's syntax tree. */
function refusal(type: string, node: Fields, around: string): Refusal | undefined {
  switch (type) {
    case "SelectStmt":
      return ofSelect(node, around);
    case "FuncCall":
      return ofFunction(node);
    case "RangeFunction":
      return {
        message: "Redshift has no function in FROM that yields rows.",
        hint: "Use a seed, a macro, or explode the list at extraction.",
      };
    case "RangeSubselect":
      return node.lateral === true
        ? { message: "Redshift has no LATERAL.", hint: "Write a join, or a window function." }
        : undefined;
    case "RangeTableSample":
      return { message: "Redshift has no TABLESAMPLE." };
    case "A_ArrayExpr":
    case "A_Indices":
    case "RowExpr":
      return { message: "Redshift has no arrays, structs and rows in SQL." };
    case "A_Expr":
      return ofOperator(node);
    case "OnConflictClause":
    case "onConflictClause":
      return { message: "Redshift has no ON CONFLICT.", hint: "Delete the rows first, or MERGE." };
    case "CollateClause":
      return undefined;
    case "WindowDef":
    case "over":
      return ofWindow(node);
    case "JsonFuncExpr":
    case "JsonObjectConstructor":
    case "XmlExpr":
      return { message: "Redshift has no JSON or XML expressions of the SQL standard." };
    default:
      return undefined;
  }
}

function ofSelect(node: Fields, around: string): Refusal | undefined {
  const isSet = node.op === "SETOP_EXCEPT" || node.op === "SETOP_INTERSECT";
  if (isSet && node.all === true) {
    return {
      message: "Redshift has no EXCEPT ALL and no INTERSECT ALL.",
      hint: "Count the rows of both sides by key and compare.",
    };
  }
  const distinct = node.distinctClause;
  if (Array.isArray(distinct) && Object.keys((distinct[0] ?? {}) as object).length > 0) {
    return {
      message: "Redshift has no DISTINCT ON.",
      hint: "Take row_number() over (…) = 1 in a CTE of its own.",
    };
  }
  if (node.valuesLists !== undefined && around !== "InsertStmt") {
    return {
      message: "Redshift has no VALUES table.",
      hint: "Use a seed, or select … union all select ….",
    };
  }
  if (node.lockingClause !== undefined) {
    return { message: "Redshift has no FOR UPDATE.", hint: "LOCK the table." };
  }
  if (node.limitOption === "LIMIT_OPTION_WITH_TIES") {
    return { message: "Redshift has no FETCH … WITH TIES.", hint: "Filter rank() in a CTE." };
  }
  return undefined;
}

function ofFunction(node: Fields): Refusal | undefined {
  const names = textsOf(node.funcname);
  const name = names.at(-1) ?? "";
  if (node.agg_filter !== undefined) {
    return {
      message: "Redshift has no FILTER clause.",
      hint: "Write sum(case when … then … end).",
    };
  }
  const isOwn = names.length === 1 || names[0] === "pg_catalog";
  if (isOwn && lacking.has(name)) {
    return {
      message: `${name}() is no function that Redshift runs on tables.`,
      hint: "Use a macro, a seed, or another form.",
    };
  }
  if (name === "concat" && Array.isArray(node.args) && node.args.length > 2) {
    return { message: "Redshift's concat() takes two texts.", hint: "Write a || b || c." };
  }
  return undefined;
}

function ofOperator(node: Fields): Refusal | undefined {
  if (node.kind === "AEXPR_DISTINCT" || node.kind === "AEXPR_NOT_DISTINCT") {
    return { message: "Redshift has no IS DISTINCT FROM.", hint: "Write the null cases out." };
  }
  if (node.kind !== "AEXPR_OP") return undefined;
  const name = textsOf(node.name).at(-1) ?? "";
  return operators.has(name) ? undefined : { message: `Redshift has no operator ${name}.` };
}

function ofWindow(node: Fields): Refusal | undefined {
  const options = Number(node.frameOptions ?? 0);
  const hasFrame = (options & frame.nonDefault) !== 0;
  if (!hasFrame || (options & (frame.range | frame.groups | frame.exclusion)) === 0) {
    return undefined;
  }
  return { message: "A window's frame is of ROWS in Redshift, and excludes none." };
}

/** What Redshift refuses of a statement that Postgres's grammar takes; offsets are bytes, as the tree has them. */
export function refusedParts(statement: Fields): readonly StatementProblem[] {
  const [type = ""] = Object.keys(statement);
  const problems: StatementProblem[] = [];
  if (!statements.has(type)) {
    const name = type.replace(/Stmt$/, "");
    return [{ offset: 0, message: `${name} is no statement for Redshift here.` }];
  }
  const visit = (value: unknown, around: string, nearest: number): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, around, nearest);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [key, field] of Object.entries(value)) {
      if (typeof field !== "object" || field === null) continue;
      if (Array.isArray(field)) {
        visit(field, around, nearest);
        continue;
      }
      const node = field as Fields;
      const own = typeof node.location === "number" && node.location >= 0 ? node.location : nearest;
      const isType = /^[A-Z]/.test(key);
      const found = refusal(key, node, around);
      if (found !== undefined) problems.push({ offset: own, ...found });
      visit(node, isType ? key : around, own);
    }
    if ("returningClause" in value || "returningList" in value) {
      problems.push({ offset: nearest, message: "Redshift has no RETURNING." });
    }
  };
  visit(statement, "", 0);
  return problems;
}

function textsOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly { readonly String?: { readonly sval?: string } }[]).flatMap((each) =>
    each.String?.sval === undefined ? [] : [each.String.sval],
  );
}
