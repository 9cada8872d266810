import { counted } from "../../core/counted.ts";
import type { ColumnType } from "../../core/column-type.ts";
import type { Dialect } from "../../core/dialect.ts";
import type { Interval } from "../../core/interval.ts";
import { mergeIntervals, printStretch, printUnit } from "../../core/interval.ts";
import type { Incremental } from "../../core/materialization.ts";
import type { Guard, IntervalStatement } from "../step.ts";
import { dueIntervals, missedIntervals } from "./due-intervals.ts";
import { firstParts, growingParts, grownTable, selfOf } from "./grow.ts";
import { highestKnown, typeOf } from "./incremental.ts";
import { namesOf } from "./parts.ts";
import type { ModelRequest, Parts } from "./parts.ts";
import { reshape } from "./schema-change.ts";

type ByInterval = Incremental & { readonly strategy: "by_interval" };
type Wanted = ModelRequest<ByInterval>;

/** The bounds of the interval that a staged row was built for; no declared name begins with `_`. */
const [sinceColumn, untilColumn] = ["_since", "_until"];

/** Each due interval is staged by a statement of its own; together they take the place of those intervals' rows. */
export function intervalParts(wanted: Wanted): Parts {
  const { node, request, diagnostics, notes } = wanted;
  const { dialect, run, state } = request;
  const { materialization, columns } = node;
  const grown = grownTable(wanted);
  const before = grown?.intervals ?? [];
  const due = dueIntervals(materialization, {
    covered: before,
    now: run.startedAt,
    gaps: request.gaps ?? false,
    only: request.interval,
  });
  if (due.length === 0 && request.interval !== undefined) diagnostics.push(nothingDue(wanted));
  notes.push(...wideningNote(wanted, due));
  const ended = due.filter(({ end }) => end <= run.startedAt);
  const covered = mergeIntervals([...before, ...ended]);
  const missed = missedIntervals(materialization, covered, run.startedAt);
  if (missed.length > 0) notes.push(missedNote(wanted, missed));

  const cursorType = typeOf(node, materialization.cursor);
  const candidate = dialect.physical(node.relation, run.id);
  const staged = `${candidate}__intervals`;
  const stage = dialect.createTable(staged, [
    ...columns,
    { name: sinceColumn, type: cursorType },
    { name: untilColumn, type: cursorType },
  ]);
  const intervals = due.map((interval) => intervalStatement(wanted, staged, interval));
  const inserts = intervals.map(({ statement }) => statement);
  const shared = {
    query: intervals[0]?.query ?? queryFor(wanted, undefined),
    guards: ownershipGuards(wanted, staged, inserts.at(-1)),
    intervals,
    watermark: highestKnown(node, state.watermarks.get(node.relation), dialect),
  };
  if (grown === undefined) {
    const query = `select ${namesOf(columns).join(", ")} from ${staged}`;
    const parts = firstParts(wanted, query);
    return {
      ...parts,
      ...shared,
      write: [stage, ...inserts, ...parts.write],
      publish: [...parts.publish, dialect.dropTable(staged)],
      discard: [...parts.discard, dialect.dropTable(staged)],
      published: { ...parts.published, intervals: covered },
    };
  }
  const reshaped = reshape(node, grown, dialect);
  if ("code" in reshaped) diagnostics.push(reshaped);
  const parts = growingParts(wanted, {
    grown,
    reshaped: "code" in reshaped ? { rows: grown.physical, isSame: true } : reshaped,
    staged,
    replace:
      due.length === 0
        ? { by: "nothing" }
        : {
            by: "ranges",
            column: materialization.cursor,
            ranges: mergeIntervals(due).map((interval) => bounds(interval, cursorType, dialect)),
          },
  });
  return {
    ...parts,
    ...shared,
    write: [stage, ...inserts, ...parts.write],
    published: { ...parts.published, intervals: covered },
  };
}

function bounds(
  { start, end }: Interval,
  type: ColumnType,
  dialect: Dialect,
): { readonly since: string; readonly until: string } {
  const literal = (moment: string) => {
    const text = type.kind === "date" ? moment.slice(0, 10) : moment.slice(0, 19).replace("T", " ");
    return dialect.literal(type.kind === "timestamptz" ? `${text}+00` : text, type);
  };
  return { since: literal(start), until: literal(end) };
}

function queryFor(wanted: Wanted, increment: ReturnType<typeof bounds> | undefined): string {
  const { node, resolve, request } = wanted;
  const { compiled, dialect } = request;
  const context = { dialect: dialect.name, resolve, self: selfOf(wanted) };
  return compiled.modelQuery(node, increment === undefined ? context : { ...context, increment });
}

function intervalStatement(wanted: Wanted, staged: string, interval: Interval): IntervalStatement {
  const { node, request } = wanted;
  const { cursor, interval: unit } = node.materialization;
  const { since, until } = bounds(interval, typeOf(node, cursor), request.dialect);
  const query = queryFor(wanted, { since, until });
  const list = namesOf(node.columns).join(", ");
  return {
    name: printUnit(unit, interval),
    query,
    statement: `insert into ${staged} (${list}, ${sinceColumn}, ${untilColumn})\nselect ${list}, ${since}, ${until}\nfrom (\n${query}\n) as one_interval`,
  };
}

/**
 * A row that lies outside of the interval it was built for is refused and not left out in silence: where no other
 * interval yields it, it would be lost, and where one does, every interval reads far too much.
 */
function ownershipGuards(
  { node }: Wanted,
  staged: string,
  after: string | undefined,
): readonly Guard[] {
  if (after === undefined) return [];
  const { cursor } = node.materialization;
  const query = [
    `select ${sinceColumn} as since, ${untilColumn} as until, count(*) as rows_outside, min(${cursor}) as lowest, max(${cursor}) as highest`,
    `from ${staged}`,
    `where ${cursor} is null or ${cursor} < ${sinceColumn} or ${cursor} >= ${untilColumn}`,
    `group by ${sinceColumn}, ${untilColumn}`,
    `order by ${sinceColumn}`,
  ].join("\n");
  return [
    {
      after,
      query,
      diagnostic: {
        code: "INTERVAL_ROWS_OUTSIDE",
        message: `${node.relation} yields rows whose ${cursor} is not in the interval that they were built for.`,
        hint: `Bound the query: where ${cursor} >= {{since}} and ${cursor} < {{until}}`,
      },
    },
  ];
}

function nothingDue({ node, request }: Wanted): Parameters<Wanted["diagnostics"]["push"]>[0] {
  return {
    code: "CLI_USAGE",
    message: `${node.relation} has no interval in ${request.interval === undefined ? "this run" : printStretch(request.interval)}.`,
    place: node.place,
    hint: `Its first begins on ${node.materialization.begin.slice(0, 10)}, and none begins in the future.`,
  };
}

/** An interval is built whole: part of one that was asked for stands for all of it. */
function wideningNote({ node, request }: Wanted, due: readonly Interval[]): readonly string[] {
  const [first] = due;
  const last = due.at(-1);
  const asked = request.interval;
  if (asked === undefined || first === undefined || last === undefined) return [];
  if (first.start >= asked.start && last.end <= asked.end) return [];
  const { interval: unit } = node.materialization;
  const from = printUnit(unit, first);
  const to = due.length === 1 ? "" : ` to ${printUnit(unit, last)}`;
  return [
    `${node.relation} is built by the ${unit}: ${printStretch(asked)} stands for ${from}${to}.`,
  ];
}

function missedNote({ node }: Wanted, missed: readonly Interval[]): string {
  const { interval: unit } = node.materialization;
  const shown = missed.slice(0, 3).map((interval) => printUnit(unit, interval));
  const more = missed.length > shown.length ? ", …" : "";
  return `${node.relation} was never built for ${counted(missed.length, unit)} (${shown.join(", ")}${more}): runner build --select ${node.relation} --gaps`;
}
