import { didYouMean } from "../core/closest.ts";
import type { ColumnType } from "../core/column-type.ts";
import { printColumnType } from "../core/column-type.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Model } from "../core/node.ts";
import type { Distribution, Encoding } from "../core/table-storage.ts";
import type { ModelFile } from "./schema/model.ts";
import type { YamlFile } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-path.ts";

type Kind = ColumnType["kind"];

const whole: readonly Kind[] = ["smallint", "integer", "bigint", "decimal"];
const moments: readonly Kind[] = ["date", "timestamp", "timestamptz"];
const text: readonly Kind[] = ["varchar", "json"];

/** Which types an encoding takes, from the Redshift Developer Guide's page "Compression encodings"; absent where all. */
const typesOf: Readonly<Partial<Record<Encoding, readonly Kind[]>>> = {
  az64: [...whole, ...moments],
  bytedict: [...whole, ...moments, ...text, "double"],
  delta: [...whole, "date", "timestamp"],
  delta32k: ["integer", "bigint", "decimal", "date", "timestamp"],
  lzo: [...whole, ...moments, ...text],
  mostly8: whole,
  mostly16: ["integer", "bigint", "decimal"],
  mostly32: ["bigint", "decimal"],
  text255: text,
  text32k: text,
};

/** How Redshift stores a model's table: by its own YAML, or its folder's where it is a table at all. */
export function readTableStorage(
  yaml: YamlFile<ModelFile>,
  {
    materialization: { type },
    columns,
    byDefault,
  }: Pick<Model, "materialization" | "columns"> & {
    readonly byDefault: "auto" | "even" | "all" | undefined;
  },
  diagnostics: Diagnostic[],
): Pick<Model, "redshift"> {
  const declared = yaml.value.redshift;
  const report = (path: YamlPath, message: string, hint?: string) => {
    diagnostics.push(yaml.diagnostic("YAML_SCHEMA", ["redshift", ...path], message, hint));
  };
  if (type === "view" || type === "ephemeral") {
    if (declared !== undefined) {
      report(
        [],
        `${type === "view" ? "A view" : "An ephemeral model"} has no table that Redshift could store.`,
        "That belongs to materialized: table, incremental or snapshot.",
      );
    }
    return {};
  }
  const { distribution = byDefault, sort = [], encode = {} } = declared ?? {};
  if (distribution === undefined && sort.length === 0 && Object.keys(encode).length === 0) {
    return {};
  }
  const names = columns.map(({ name }) => name);
  const assertColumn = (name: string, path: YamlPath, others: readonly string[] = []) => {
    if (names.includes(name)) return;
    const known = [...others, ...names];
    const otherwise = `It has ${names.join(", ")}.`;
    report(path, `The model declares no column "${name}".`, didYouMean(name, known, otherwise));
  };
  if (distribution !== undefined && !isStyle(distribution)) {
    assertColumn(distribution, ["distribution"], styles);
  }
  sort.forEach((name, index) => {
    assertColumn(name, ["sort", index]);
    if (sort.indexOf(name) < index) report(["sort", index], `"${name}" is in the order twice.`);
  });
  for (const [name, encoding] of Object.entries(encode)) {
    assertColumn(name, ["encode", name]);
    const column = columns.find((each) => each.name === name);
    const types = typesOf[encoding];
    if (column === undefined || types === undefined || types.includes(column.type.kind)) continue;
    const fitting = Object.entries(typesOf).filter(([, kinds]) => kinds.includes(column.type.kind));
    report(
      ["encode", name],
      `Redshift cannot encode ${printColumnType(column.type)} as ${encoding}.`,
      `For ${name}: ${[...fitting.map(([other]) => other), "raw", "runlength", "zstd"].join(", ")}.`,
    );
  }
  return {
    redshift: {
      ...(distribution === undefined ? {} : { distribution: distributionOf(distribution) }),
      sort,
      encode,
    },
  };
}

const styles = ["auto", "even", "all"] as const;

function isStyle(text: string): text is (typeof styles)[number] {
  return styles.some((style) => style === text);
}

function distributionOf(name: string): Distribution {
  return isStyle(name) ? { style: name } : { style: "key", column: name };
}
