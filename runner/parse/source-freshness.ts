import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { SourceFile } from "./schema/source.ts";
import type { YamlFile } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-path.ts";

/** Reads `freshness`, whose column must be a timestamp that the source can be asked for without reading all of it. */
export function readFreshness(
  yaml: YamlFile<SourceFile>,
  table: SourceFile["tables"][number],
  path: YamlPath,
  diagnostics: Diagnostic[],
): Pick<SourceTable, "freshness"> {
  const { freshness, cursor } = table;
  if (freshness === undefined) return {};
  const at: YamlPath = [...path, "freshness"];
  const report = (message: string, hint?: string) => {
    diagnostics.push(yaml.diagnostic("YAML_SCHEMA", at, message, hint));
    return {};
  };
  const { loaded_at: name = cursor, warn_after, error_after } = freshness;
  if (warn_after === undefined && error_after === undefined) {
    return report("freshness names no age.", "Write warn_after, error_after, or both: 2 hours.");
  }
  if (name === undefined) {
    return report("freshness needs a timestamp: this table has no cursor.", "Name it: loaded_at.");
  }
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) {
    const names = table.columns.map((each) => each.name);
    return report(`${table.name} declares no column "${name}".`, didYouMean(name, names));
  }
  const { kind } = column.type.type;
  if (kind !== "timestamp" && kind !== "timestamptz" && kind !== "date") {
    return report(`The column "${name}" is no date or timestamp.`);
  }
  const { connector } = yaml.value;
  const hasIndex = "date_index" in table && table.date_index !== undefined;
  if (connector !== "postgres" && !(hasIndex && name === cursor)) {
    return report(
      "Without an index by date, DynamoDB could tell its newest item only by reading all of them.",
      "Declare date_index and a cursor that the index is sorted by, or leave freshness out.",
    );
  }
  return {
    freshness: {
      column: name,
      ...(warn_after === undefined ? {} : { warnAfterSeconds: warn_after }),
      ...(error_after === undefined ? {} : { errorAfterSeconds: error_after }),
    },
  };
}
