import type { Diagnostic } from "../core/diagnostic.ts";
import type { ColumnConstraint, GenericTest } from "../core/data-test.ts";
import type { Column } from "../core/node-base.ts";
import type { RelationName } from "../core/relation.ts";
import type { ModelFile, SeedYaml } from "./schema/model.ts";
import type { YamlFile } from "./yaml-file.ts";
import { printPath } from "./yaml-path.ts";
import type { YamlPath } from "./yaml-path.ts";

type ContractYaml = YamlFile<Pick<ModelFile | SeedYaml, "columns" | "key">>;

/** The declared columns of a model or seed; what is tested to be not null in every row is not nullable. */
export function readContract(yaml: ContractYaml, diagnostics: Diagnostic[]): readonly Column[] {
  const { columns, key = [] } = yaml.value;
  reportTwice(yaml, columns, ["columns"], diagnostics);
  return columns.map((column, index) => ({
    name: column.name,
    type: column.type,
    description: column.description,
    nullable: column.nullable && !isTestedNotNull(column, key),
    place: yaml.place(["columns", index]),
    ...(column.class === undefined ? {} : { classes: column.class }),
    ...readDeclassification(yaml, column, index),
  }));
}

type DeclaredColumn = (ModelFile | SeedYaml)["columns"][number];

function readDeclassification(
  yaml: ContractYaml,
  column: DeclaredColumn,
  index: number,
): Pick<Column, "declassify"> {
  if (!("declassify" in column) || column.declassify === undefined) return {};
  const { classes, reason } = column.declassify;
  const place = yaml.place(["columns", index, "declassify"]);
  return { declassify: { ...(classes === undefined ? {} : { classes }), reason, place } };
}

/** Whether a test finds every null in the column; one with a condition, or that only warns, does not. */
function isTestedNotNull({ name, tests }: DeclaredColumn, key: readonly string[]): boolean {
  const isWhole = (entry: DeclaredColumn["tests"][number]) =>
    typeof entry === "string"
      ? entry === "not_null"
      : Object.entries(entry.not_null ?? { where: "" }).every(
          ([setting, value]) => setting === "severity" && value === "error",
        );
  return key.includes(name) || tests.some(isWhole);
}

/**
 * The test that comes with a model's contract: no engine keeps nulls and overlong texts out of a table made from a
 * query. Undefined when the contract says nothing of the kind, or other tests find all of it.
 */
export function contractTest(
  yaml: ContractYaml,
  { relation, tags }: { readonly relation: RelationName; readonly tags: readonly string[] },
): GenericTest | undefined {
  const { columns, key = [] } = yaml.value;
  const constraints = columns.flatMap((column): ColumnConstraint[] => {
    const { name, type, nullable } = column;
    const isLimited = type.kind === "varchar" && type.length !== undefined;
    return [
      ...(!nullable && !isTestedNotNull(column, key)
        ? [{ type: "not_null", column: name } as const]
        : []),
      ...(isLimited ? [{ type: "length", column: name, bytes: type.length } as const] : []),
    ];
  });
  if (constraints.length === 0) return undefined;
  return {
    kind: "test",
    form: "generic",
    name: `contract.${relation}`,
    description: "",
    tags,
    place: yaml.place(["columns"]),
    relation,
    assertion: { type: "contract", constraints },
    severity: "error",
  };
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
