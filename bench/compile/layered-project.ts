import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Shares of the models in each of the four layers. */
const LAYERS = [
  { folder: "models/cleaned", zone: "cleaned", share: 0.3 },
  { folder: "models/work/first", zone: "work", share: 0.3 },
  { folder: "models/work/second", zone: "work", share: 0.25 },
  { folder: "models/gold", zone: "gold", share: 0.15 },
] as const;

export interface LayeredModel {
  readonly relation: string;
  /** Paths below the project, without their ending. */
  readonly stem: string;
  readonly parents: readonly string[];
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` models in four layers, each of which reads one to three models of the layer before it. */
function planModels(count: number, seed: number): readonly LayeredModel[] {
  const random = randomNumbers(seed);
  const models: LayeredModel[] = [];
  let previous: readonly string[] = ["raw.number"];
  LAYERS.forEach(({ folder, zone, share }, layer) => {
    const size = layer === LAYERS.length - 1 ? count - models.length : Math.round(count * share);
    const current: string[] = [];
    for (let index = 0; index < size; index += 1) {
      const name = `layer_${layer + 1}_${String(index).padStart(5, "0")}`;
      const wanted = Math.min(previous.length, 1 + Math.floor(random() * 3));
      const parents = new Set<string>();
      while (parents.size < wanted) {
        const parent = previous[Math.floor(random() * previous.length)];
        if (parent !== undefined) parents.add(parent);
      }
      const relation = `${zone}.${name}`;
      current.push(relation);
      models.push({ relation, stem: `${folder}/${name}`, parents: [...parents] });
    }
    previous = current;
  });
  return models;
}

function sqlOf(model: LayeredModel): string {
  const imports = model.parents.map(
    (parent, index) => `parent_${index + 1} as (\n    select * from {{ref "${parent}"}}\n),\n`,
  );
  const union = model.parents.map((_, index) => `    select * from parent_${index + 1}`);
  return `with

${imports.join("\n")}
combined as (
${union.join("\n    union all\n")}
),

final as (
    select
        cast(number_id as integer) as number_id,
        cast(max(amount) as numeric(18,2)) as amount
    from combined
    group by number_id
)

select * from final
`;
}

function yamlOf(model: LayeredModel, index: number): string {
  return `description: Model ${index} of a generated project.
grain: One row per number.
key: [number_id]
tags: [${index % 50 === 0 ? "x" : "y"}]
columns:
  - name: number_id
    type: integer
    description: The number.
  - name: amount
    type: numeric(18,2)
    description: An amount.
    tests: [not_null]
`;
}

/** Writes a whole project that `runner` can build without any service. */
export async function writeProject(
  root: string,
  count: number,
  seed = 42,
): Promise<readonly LayeredModel[]> {
  const models = planModels(count, seed);
  const files = new Map<string, string>([
    [
      "pipelines.yaml",
      `project: bench
default_target: local
targets:
  local:
    engine: duckdb
    warehouse: .mercado/warehouse.duckdb
    lake: .mercado/lake
models:
  cleaned: { materialized: table }
  work: { materialized: table }
  gold: { materialized: table }
`,
    ],
    ["seeds/number.csv", "number_id,amount\n1,10.50\n2,20.25\n3,30.00\n"],
    [
      "seeds/number.yml",
      "description: Three numbers.\nkey: [number_id]\ncolumns:\n  - { name: number_id, type: integer }\n  - { name: amount, type: 'numeric(18,2)' }\n",
    ],
  ]);
  models.forEach((model, index) => {
    files.set(`${model.stem}.sql`, sqlOf(model));
    files.set(`${model.stem}.yml`, yamlOf(model, index));
  });
  const folders = new Set([...files.keys()].map((file) => dirname(join(root, file))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const [file, text] of files) await writeFile(join(root, file), text);
  return models;
}
