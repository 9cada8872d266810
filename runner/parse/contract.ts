import type { Diagnostic } from "../core/diagnostic.ts";
import type { Column } from "../core/node.ts";
import type { ModelFile } from "./schema/model.ts";
import type { YamlFile } from "./yaml-file.ts";
import { printPath } from "./yaml-path.ts";
import type { YamlPath } from "./yaml-path.ts";

/** The declared columns of a model or seed; what is tested to be not null in every row is not nullable. */
export function readContract(
  yaml: YamlFile<Pick<ModelFile, "columns" | "key">>,
  diagnostics: Diagnostic[],
): readonly Column[] {
  const { columns, key = [] } = yaml.value;
  reportTwice(yaml, columns, ["columns"], diagnostics);
  return columns.map((column, index) => ({
    name: column.name,
    type: column.type,
    description: column.description,
    nullable: !(column.tests.includes("not_null") || key.includes(column.name)),
    place: yaml.place(["columns", index]),
  }));
}

/** Reports every entry of the list at `path` whose name an earlier one has. */
export function reportTwice(
  yaml: YamlFile<unknown>,
  entries: readonly { readonly name: string }[],
  path: YamlPath,
  diagnostics: Diagnostic[],
): void {
  const seen = new Set<string>();
  entries.forEach(({ name }, index) => {
    if (seen.has(name)) {
      const message = `"${name}" is declared twice in ${printPath(path)}.`;
      const place: YamlPath = [...path, index, "name"];
      diagnostics.push(
        yaml.diagnostic("YAML_SCHEMA", place, message, "Rename or remove one of the two."),
      );
    }
    seen.add(name);
  });
}
