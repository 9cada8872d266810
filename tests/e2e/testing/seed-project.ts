/** A project that needs no database: a seed, a table that reads it, and a view that reads the table. */
export const seedProject: Readonly<Record<string, string>> = {
  "pipelines.yaml": pipelinesWith(""),
  "seeds/region.csv": "region_id,region_name\n1,North\n2,South\n",
  "seeds/region.yml": `key: [region_id]
columns:
  - { name: region_id, type: integer }
  - { name: region_name, type: varchar(50) }
`,
  "models/cleaned/region.sql": `select region_id, region_name from {{ref "raw.region"}}\n`,
  "models/cleaned/region.yml": regionYaml(""),
  "models/gold/region.sql": `select region_id, region_name from {{ref "cleaned.region"}}\n`,
  "models/gold/region.yml": regionYaml("materialized: view\n"),
};

export function pipelinesWith(settings: string): string {
  return `project: small
default_target: local
targets:
  local:
    engine: duckdb
    warehouse: '{{env "MERCADO_HOME" ".mercado"}}/warehouse.duckdb'
    lake: '{{env "MERCADO_HOME" ".mercado"}}/lake'
models:
  cleaned: { materialized: table }
${settings}`;
}

/** The YAML of `cleaned.region` or `gold.region` with more settings. */
export function regionYaml(settings: string): string {
  return `grain: One row per region.
key: [region_id]
${settings}columns:
  - { name: region_id, type: integer }
  - { name: region_name, type: varchar(50) }
`;
}
