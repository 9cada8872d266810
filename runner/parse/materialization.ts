import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { snapshotColumns } from "../core/materialization.ts";
import type { Incremental, Materialization, Snapshot } from "../core/materialization.ts";
import type { Column } from "../core/node-base.ts";
import type { ModelFile } from "./schema/model.ts";
import type { YamlFile } from "./yaml-file.ts";

type Type = Materialization["type"];
type Strategy = (Incremental | Snapshot)["strategy"];
type Setting = "key" | OwnSetting;
type OwnSetting = "cursor" | "replace" | "interval" | "begin" | "lookback" | "check" | "deletes";

const strategiesOf = {
  incremental: ["merge", "append", "delete_insert", "by_interval"],
  snapshot: ["timestamp", "check"],
} as const satisfies Partial<Record<Type, readonly Strategy[]>>;

/** What each strategy must be told and what it may be told. */
const settingsOf: Readonly<
  Record<Strategy, { readonly needs: readonly Setting[]; readonly may: readonly Setting[] }>
> = {
  merge: { needs: ["key", "cursor"], may: [] },
  append: { needs: ["cursor"], may: [] },
  delete_insert: { needs: ["cursor"], may: ["replace"] },
  by_interval: { needs: ["cursor", "interval", "begin"], may: ["lookback"] },
  timestamp: { needs: ["key", "cursor"], may: ["deletes"] },
  check: { needs: ["key", "check"], may: ["deletes"] },
};

const meaning: Readonly<Record<Setting, string>> = {
  key: "key: the columns that tell one row from another",
  cursor: "cursor: the column that grows with new rows",
  replace: "replace: the columns whose values in new rows say which old rows go",
  interval: "interval: hour, day, week or month",
  begin: "begin: the date before which nothing is built",
  lookback: "lookback: how many earlier intervals every build builds again",
  check: "check: the columns whose change makes a new version, or all",
  deletes: "deletes: close or keep the versions of rows that are gone",
};

type Yaml = YamlFile<ModelFile>;

/** How a model is written, by its own settings and its folder's; settings that belong to another way are refused. */
export function readMaterialization(
  yaml: Yaml,
  type: Type,
  columnNames: readonly string[],
  diagnostics: Diagnostic[],
): Materialization {
  const report = (setting: keyof ModelFile, message: string, hint?: string) => {
    diagnostics.push(yaml.diagnostic("YAML_SCHEMA", [setting], message, hint));
  };
  if (type !== "incremental" && type !== "snapshot") {
    const none = ["strategy", ...otherSettings([]), "on_schema_change", "full_refresh"] as const;
    for (const setting of none) {
      if (yaml.value[setting] === undefined) continue;
      const hint = "That belongs to materialized: incremental or snapshot.";
      report(setting, `${article(type)} ${type} model has no ${setting}.`, hint);
    }
    return { type };
  }

  const strategy = strategyOf(yaml.value, type);
  const known: readonly Strategy[] = strategiesOf[type];
  if (strategy === undefined || !known.includes(strategy)) {
    const message =
      strategy === undefined
        ? `A snapshot needs a strategy.`
        : `${article(type)} ${type} model has no strategy "${strategy}".`;
    report(
      strategy === undefined ? "materialized" : "strategy",
      message,
      `Known: ${known.join(", ")}.`,
    );
    return { type: "table" };
  }
  const { needs, may } = settingsOf[strategy];
  const missing = needs.filter((setting) => yaml.value[setting] === undefined);
  if (strategy === "delete_insert" && (yaml.value.replace ?? yaml.value.key) === undefined) {
    missing.push("replace");
  }
  const named = yaml.value.strategy === undefined ? "" : ` with the strategy ${strategy}`;
  if (missing.length > 0) {
    const who = type === "snapshot" ? "A snapshot" : "An incremental model";
    report(
      yaml.value.materialized === undefined ? "grain" : "materialized",
      `${who}${named} needs its ${missing.join(" and ")}.`,
      `${missing.map((setting) => meaning[setting]).join("; ")}.`,
    );
    return { type: "table" };
  }
  for (const setting of otherSettings([...needs, ...may])) {
    if (yaml.value[setting] === undefined) continue;
    const owners = Object.entries(settingsOf)
      .filter(([, settings]) => [...settings.needs, ...settings.may].includes(setting))
      .map(([name]) => name);
    const hint = `It belongs to the strategy ${owners.join(" or ")}.`;
    report(setting, `The strategy ${strategy} has no ${setting}.`, hint);
  }
  if (
    yaml.value.on_schema_change === "rebuild" &&
    (type === "snapshot" || yaml.value.full_refresh === "never")
  ) {
    report(
      "on_schema_change",
      `${type === "snapshot" ? "A snapshot" : "A model with full_refresh: never"} is not built from nothing when its columns change.`,
      "Let what was gathered follow: on_schema_change: add or sync.",
    );
  }
  checkNames(yaml, type, columnNames, diagnostics);
  return type === "incremental"
    ? readIncremental(yaml.value, strategy as Incremental["strategy"], report, yaml)
    : readSnapshot(yaml.value, strategy as Snapshot["strategy"], columnNames, report);
}

type Report = (setting: keyof ModelFile, message: string, hint?: string) => void;

function readIncremental(
  value: ModelFile,
  strategy: Incremental["strategy"],
  report: Report,
  yaml: Yaml,
): Incremental {
  const {
    key = [],
    cursor = "",
    replace = key,
    interval = "day",
    begin = "",
    lookback = 1,
  } = value;
  const base = {
    type: "incremental",
    cursor,
    onSchemaChange: value.on_schema_change ?? "fail",
    fullRefresh: value.full_refresh ?? "allow",
  } as const;
  switch (strategy) {
    case "merge":
      return { ...base, strategy, key };
    case "append":
      return { ...base, strategy };
    case "delete_insert":
      return { ...base, strategy, replace };
    case "by_interval": {
      const kind = kindOf(yaml, cursor);
      if (kind === "date" && interval === "hour") {
        report(
          "interval",
          "Dates have no hours.",
          "Make the cursor a timestamp, or the interval a day.",
        );
      } else if (kind !== undefined && !["date", "timestamp", "timestamptz"].includes(kind)) {
        report(
          "cursor",
          `The cursor of intervals is a date or a timestamp, and ${cursor} is neither.`,
        );
      }
      return { ...base, strategy, interval, begin: `${begin}T00:00:00.000Z`, lookback };
    }
  }
}

function readSnapshot(
  value: ModelFile,
  strategy: Snapshot["strategy"],
  columnNames: readonly string[],
  report: Report,
): Snapshot {
  const { key = [], cursor = "", check = "all", deletes = "close" } = value;
  const base = {
    type: "snapshot",
    key,
    deletes,
    onSchemaChange: value.on_schema_change ?? "fail",
    fullRefresh: value.full_refresh ?? "keep",
  } as const;
  switch (strategy) {
    case "timestamp": {
      const type = value.columns.find((column) => column.name === cursor)?.type.kind;
      if (type !== undefined && type !== "timestamp" && type !== "date") {
        const hint =
          "Cast it in the model: it is when a version began, as valid_from will have it.";
        report(
          "cursor",
          `A snapshot's cursor is a timestamp or a date, and ${cursor} is a ${type}.`,
          hint,
        );
      }
      return { ...base, strategy, cursor };
    }
    case "check": {
      const columns = check === "all" ? columnNames.filter((name) => !key.includes(name)) : check;
      return { ...base, strategy, columns };
    }
  }
}

function kindOf(yaml: Yaml, name: string): string | undefined {
  return yaml.value.columns.find((column) => column.name === name)?.type.kind;
}

function strategyOf(value: ModelFile, type: "incremental" | "snapshot"): Strategy | undefined {
  if (value.strategy !== undefined) return value.strategy;
  if (type === "incremental") return "merge";
  if (value.check !== undefined) return "check";
  return value.cursor === undefined ? undefined : "timestamp";
}

/** Settings of a strategy that are not among these; a key is everyone's. */
function otherSettings(known: readonly Setting[]): readonly OwnSetting[] {
  const all = ["cursor", "replace", "interval", "begin", "lookback", "check", "deletes"] as const;
  return all.filter((setting) => !known.includes(setting));
}

function checkNames(
  yaml: Yaml,
  type: Type,
  columnNames: readonly string[],
  diagnostics: Diagnostic[],
): void {
  const { cursor, replace = [], check, key = [] } = yaml.value;
  const unknown = (name: string, path: readonly (string | number)[], role: string) => {
    if (columnNames.includes(name)) return;
    const message = `There is no column "${name}" ${role}.`;
    diagnostics.push(
      yaml.diagnostic("YAML_SCHEMA", [...path], message, didYouMean(name, columnNames)),
    );
  };
  if (cursor !== undefined) unknown(cursor, ["cursor"], "to be the cursor");
  replace.forEach((name, index) => {
    unknown(name, ["replace", index], "to replace rows by");
  });
  if (Array.isArray(check)) {
    check.forEach((name, index) => {
      unknown(name, ["check", index], "to be checked");
    });
  }
  // Every other model's key is checked with the tests that come of it.
  if (type !== "snapshot") return;
  key.forEach((name, index) => {
    unknown(name, ["key", index], "to be part of the key");
  });
}

/** The columns that a snapshot adds; declaring one of them is one too many. */
export function readSnapshotColumns(
  yaml: Yaml,
  columnNames: readonly string[],
  diagnostics: Diagnostic[],
): readonly Column[] {
  return snapshotColumns.map((column) => {
    const index = columnNames.indexOf(column.name);
    if (index >= 0) {
      const message = `A snapshot adds ${column.name} itself.`;
      const hint = "Remove it here and from the query, or name it otherwise.";
      diagnostics.push(yaml.diagnostic("YAML_SCHEMA", ["columns", index, "name"], message, hint));
    }
    return { ...column, place: yaml.place(["materialized"]) };
  });
}

function article(type: Type): string {
  return type === "incremental" || type === "ephemeral" ? "An" : "A";
}
