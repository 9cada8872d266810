import type { ColumnType } from "../../core/column-type.ts";
import type { Dialect, SnapshotRules } from "../../core/dialect.ts";

interface Typed {
  readonly sql: string;
  readonly type: ColumnType;
}

/** Redshift casts no boolean to text. */
function textOf({ sql, type }: Typed): string {
  if (type.kind === "boolean") return `case when ${sql} then 'true' else 'false' end`;
  return `cast(${sql} as varchar(65535))`;
}

/**
 * Values as one text, each with its length before it, so that no two lists of values have the same text: `('a', 'bc')`
 * is not `('ab', 'c')`, and null is not the empty text.
 */
function serialized(values: readonly Typed[]): string {
  return values
    .map((value) => {
      const text = textOf(value);
      return `case when ${value.sql} is null then 'n' else 'v' || cast(length(${text}) as varchar(20)) || ':' || ${text} end`;
    })
    .join(" || ");
}

function keyText({ key, columns }: SnapshotRules, row: string): readonly Typed[] {
  return key.map((name) => ({
    sql: `${row}.${name}`,
    type: columns.find((column) => column.name === name)?.type ?? { kind: "varchar" },
  }));
}

/** When a source's row says that it changed. */
function changedAt({ change, now }: SnapshotRules, row: string): string {
  return change.strategy === "timestamp" ? `cast(${row}.${change.cursor} as timestamp)` : now;
}

/** Whether a source's row is another version than the latest one, as a condition that is never null. */
function isChanged({ change }: SnapshotRules): string {
  if (change.strategy === "timestamp") {
    return `staged.${change.cursor} > latest.${change.cursor}`;
  }
  const differing = change.columns.map((name) => {
    const [now, before] = [`staged.${name}`, `latest.${name}`];
    return `coalesce(${now} <> ${before}, false) or (${now} is null and ${before} is not null) or (${now} is not null and ${before} is null)`;
  });
  return differing.length === 0 ? "1 = 0" : differing.join("\n            or ");
}

function snapshotId(rules: SnapshotRules, row: string, validFrom: string): string {
  const began: Typed = { sql: validFrom, type: { kind: "timestamp" } };
  return `cast(md5(${serialized([...keyText(rules, row), began])}) as varchar(32))`;
}

/** The statements of a slowly changing dimension of type 2. Names that begin with `_` are no declared columns. */
export const snapshotStatements: Pick<Dialect, "firstVersions" | "changedVersions"> = {
  firstVersions: (source, rules) => {
    const list = rules.columns.map(({ name }) => `staged.${name}`).join(", ");
    const validFrom = changedAt(rules, "staged");
    return [
      `select ${list},`,
      `    ${snapshotId(rules, "staged", validFrom)} as snapshot_id,`,
      `    ${validFrom} as valid_from,`,
      `    cast(null as timestamp) as valid_to`,
      `from ${source} as staged`,
    ].join("\n");
  },
  changedVersions: ({ source, published }, rules) => {
    const { columns, now, deletes } = rules;
    const names = columns.map(({ name }) => name);
    const listOf = (row: string) => names.map((name) => `${row}.${name}`).join(", ");
    const keyOf = (row: string) => serialized(keyText(rules, row));
    const told = changedAt(rules, "staged");
    // What a run sees it dates by itself. A row that came back, or that was stamped late, begins no version before the one that it follows.
    const after =
      "case when latest.valid_to is null then latest.valid_from else latest.valid_to end";
    const dated = `case when latest.snapshot_id is null or ${told} > ${after} then ${told} else ${now} end`;
    const begins = rules.change.strategy === "check" ? now : dated;
    return `with

latest as (
    select *
    from (
        select ${listOf("published")}, published.snapshot_id, published.valid_from, published.valid_to,
            ${keyOf("published")} as _snapshot_key,
            row_number() over (
                partition by ${keyOf("published")}
                order by published.valid_from desc nulls last, published.snapshot_id
            ) as _version_rank
        from ${published} as published
    ) as ranked
    where _version_rank = 1
),

staged as (
    select ${listOf("staged_row")}, ${keyOf("staged_row")} as _snapshot_key
    from ${source} as staged_row
),

begun as (
    select ${listOf("staged")}, latest.snapshot_id as _old_id, staged._snapshot_key,
        ${after} as _after,
        ${begins} as _begins
    from staged
    left join latest
        on latest._snapshot_key = staged._snapshot_key
    where latest.snapshot_id is null
        or latest.valid_to is not null
        or (
            ${isChanged(rules)}
        )
),

-- What begins later than this run, by a clock that is ahead, is followed by nothing before it has begun.
fresh as (
    select *
    from begun
    where _old_id is null or _begins > _after
),

ended as (
    select ${listOf("latest")}, latest.snapshot_id, latest.valid_from,
        fresh._begins as valid_to
    from latest
    join fresh
        on fresh._snapshot_key = latest._snapshot_key
    where latest.valid_to is null${deletes === "keep" ? "" : gone(listOf("latest"), now)}
)

select ${listOf("ended")}, ended.snapshot_id, ended.valid_from, ended.valid_to
from ended
union all
select ${listOf("fresh")},
    ${snapshotId(rules, "fresh", "fresh._begins")} as snapshot_id,
    fresh._begins as valid_from,
    cast(null as timestamp) as valid_to
from fresh`;
  },
};

function gone(list: string, now: string): string {
  return `
    union all
    select ${list}, latest.snapshot_id, latest.valid_from,
        ${now} as valid_to
    from latest
    left join staged
        on staged._snapshot_key = latest._snapshot_key
    where latest.valid_to is null
        and staged._snapshot_key is null
        and latest.valid_from < ${now}`;
}
