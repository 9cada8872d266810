import type { ColumnType } from "../../core/column-type.ts";
import type { AppliedDelta, Delta, Dialect, Replacement } from "../../core/dialect.ts";
import { quoteText } from "../../core/sql-text.ts";
import { runIdColumn } from "../../core/technical-columns.ts";

type Literal = (value: string, type: ColumnType) => string;

/** A value that stands for null where two values are compared; the comparison asks for null itself too. */
function standIn(type: ColumnType): string {
  switch (type.kind) {
    case "smallint":
    case "integer":
    case "bigint":
    case "double":
    case "decimal":
      return "0";
    case "boolean":
      return "false";
    case "date":
    case "timestamp":
    case "timestamptz":
      return "1970-01-01";
    case "varchar":
      return "";
    case "json":
      return "{}";
  }
}

type ComparedColumn = (Replacement & { readonly by: "values" })["columns"][number];

/** Equations only, so that an engine joins by hashing them. */
function sameValue(
  { name, type, nullable }: ComparedColumn,
  { left, right, literal }: { left: string; right: string; literal: Literal },
): string {
  if (!nullable) return `${left}.${name} = ${right}.${name}`;
  const other = literal(standIn(type), type);
  const isNull = (side: string) => `case when ${side}.${name} is null then 1 else 0 end`;
  return `coalesce(${left}.${name}, ${other}) = coalesce(${right}.${name}, ${other}) and ${isNull(left)} = ${isNull(right)}`;
}

/** The condition under which a row of `rows` goes; undefined when none does. */
function replaced({ delta, replace }: Delta, rows: string, literal: Literal): string | undefined {
  switch (replace.by) {
    case "nothing":
      return undefined;
    case "values": {
      const same = replace.columns.map((column) =>
        sameValue(column, { left: "staged", right: rows, literal }),
      );
      return `exists (select 1 from ${delta} as staged where ${same.join(" and ")})`;
    }
    case "ranges": {
      const value = `${rows}.${replace.column}`;
      const within = replace.ranges.map(
        ({ since, until }) => `${value} >= ${since} and ${value} < ${until}`,
      );
      // A null lies in no range.
      return `coalesce(${within.join(" or ")}, false)`;
    }
  }
}

/** The statements around deltas, for an engine that writes literals so. */
export function deltaStatements(
  literal: Literal,
): Pick<Dialect, "mergedQuery" | "rewrittenQuery" | "stampedQuery" | "applyDelta" | "undoDelta"> {
  const kept = (delta: Delta, list: string) => {
    const condition = replaced(delta, "published", literal);
    return [
      `select ${list} from ${delta.published} as published`,
      ...(condition === undefined ? [] : [`where not ${condition}`]),
    ];
  };
  return {
    mergedQuery: (delta) => {
      const list = delta.columns.join(", ");
      return [...kept(delta, list), "union all", `select ${list} from ${delta.delta}`].join("\n");
    },
    rewrittenQuery: (delta, runId) => {
      const list = delta.columns.join(", ");
      return [
        ...kept(delta, `${list}, ${runIdColumn}`),
        "union all",
        `select ${list}, ${runText(runId)} as ${runIdColumn} from ${delta.delta}`,
      ].join("\n");
    },
    stampedQuery: (query, columns, runId) =>
      `select ${columns.join(", ")}, ${runText(runId)} as ${runIdColumn}\nfrom (\n${query}\n) as written`,
    applyDelta: (delta) => applyDelta(delta, literal),
    undoDelta: ({ published, columns, runId, undo }) => {
      const list = [...columns, runIdColumn].join(", ");
      const remove = `delete from ${published}\nwhere ${runIdColumn} = ${quoteText(runId)}`;
      if (undo === undefined) return [remove];
      return [
        remove,
        `insert into ${published} (${list})\nselect ${list} from ${undo}`,
        `drop table if exists ${undo}`,
      ];
    },
  };
}

function applyDelta(delta: AppliedDelta, literal: Literal): readonly string[] {
  const { published, columns, runId, undo } = delta;
  const list = columns.join(", ");
  const insert = `insert into ${published} (${list}, ${runIdColumn})\nselect ${list}, ${runText(runId)} from ${delta.delta}`;
  const condition = replaced(delta, published, literal);
  if (condition === undefined) return [insert];
  const keep =
    undo === undefined
      ? []
      : [
          `create table ${undo} as\nselect ${list}, ${runIdColumn} from ${published}\nwhere ${condition}`,
        ];
  return [...keep, `delete from ${published}\nwhere ${condition}`, insert];
}

function runText(runId: string): string {
  return `cast(${quoteText(runId)} as varchar(64))`;
}
