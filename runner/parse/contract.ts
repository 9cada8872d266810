import type { Column } from "../core/node.ts";
import type { ModelFile } from "./schema/model.ts";
import type { YamlFile } from "./yaml_file.ts";

/** The declared columns of a model or seed; what is tested to be not null is not nullable. */
export function readContract(
  yaml: YamlFile<Pick<ModelFile, "columns" | "key">>,
): readonly Column[] {
  return yaml.value.columns.map((column, index) => ({
    name: column.name,
    type: column.type,
    description: column.description,
    nullable: !(column.tests.includes("not_null") || (yaml.value.key ?? []).includes(column.name)),
    place: yaml.place(["columns", index]),
  }));
}
