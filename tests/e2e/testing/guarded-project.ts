import { pipelinesWith, seedProject } from "./seed-project.ts";

/** Values that nobody may see who may not: tests look for them in all that is printed. */
export const secrets = ["ada@example.com", "Lovelace", "hidden-branch"];

const person = `columns:
  - { name: person_id, type: integer }
  - { name: family_name, type: varchar(50), class: pii.name }
  - { name: email, type: varchar(80), class: pii.email }
`;

const branch = `columns:
  - { name: branch_id, type: integer }
  - { name: region_id, type: integer }
  - { name: branch_name, type: varchar(50) }
`;

/** A project that needs no database, and says who may see what of it. */
export const guardedProject: Readonly<Record<string, string>> = {
  ...seedProject,
  "pipelines.yaml": pipelinesWith(`access:
  mask_key: salt
  classes:
    pii.name: { description: A name., mask: hide }
    pii.email: { description: An address., mask: hash }
  roles:
    engineer:
      description: Sees and writes everything.
      zones: { raw: write, cleaned: write, work: write, gold: write }
      clear: ["*"]
      members: ["*"]
    scientist:
      description: Keeps tables in work.
      zones: { cleaned: read, work: write, gold: read }
      members: ["*"]
    analyst:
      description: Reads gold.
      zones: { gold: read }
      rows: { gold.branch: "region_id = {{user.region_id}}" }
      members: [{ user: anna, region_id: 1 }, { user: bert, region_id: 2 }]
      limits: { time: 8 seconds, memory: 200 MB, rows: 100000 }
`),
  "seeds/person.csv": "person_id,family_name,email\n1,Lovelace,ada@example.com\n2,Hopper,\n",
  "seeds/person.yml": `key: [person_id]\n${person}`,
  "seeds/branch.csv": "branch_id,region_id,branch_name\n1,1,seen-branch\n2,2,hidden-branch\n",
  "seeds/branch.yml": `key: [branch_id]\n${branch}`,
  "models/gold/person.sql": `select person_id, family_name, email from {{ref "raw.person"}}\n`,
  "models/gold/person.yml": `grain: One row per person.\nkey: [person_id]\nmaterialized: table\n${person}`,
  "models/gold/branch.sql": `select branch_id, region_id, branch_name from {{ref "raw.branch"}}\n`,
  "models/gold/branch.yml": `grain: One row per branch.\nkey: [branch_id]\nmaterialized: table\n${branch}`,
};
