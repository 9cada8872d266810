import { expect, test } from "@jest/globals";
import { openForTests } from "./testing/open-for-tests.ts";
import { regionYaml, seedProject } from "./testing/seed-project.ts";
import { redshift } from "./testing/targets.ts";
import type { OpenedTarget } from "./testing/targets.ts";

let opened: OpenedTarget;

openForTests(async (hold) => {
  opened = await hold(redshift.open());
});

const lines = (...text: readonly string[]) => `${text.join("\n")}\n`;

test.each([
  [
    "a syntax error, before anything is built,",
    2,
    lines(
      "select",
      '    region_id, {{!-- "é" --}}',
      "    'é🛒' as region_name wrong",
      'from {{ref "raw.region"}}',
    ),
    ":3:26",
    'syntax error at or near "wrong"',
  ],
  [
    "a column that is not there, of which Redshift tells the name alone,",
    1,
    lines(
      "select",
      "    region_id,",
      "    -- name",
      "    cast(name as varchar(50)) as region_name",
      'from {{ref "raw.region"}}',
    ),
    ":4:10",
    'column "name" does not exist',
  ],
  [
    "a word that Redshift keeps for itself, before anything is built,",
    2,
    lines('select tag.region_id, tag.region_name from {{ref "raw.region"}} as tag'),
    ":1:8",
    `"tag" is a word of Redshift's own.`,
  ],
  [
    "a column that is not there, named twice,",
    1,
    lines('select region_id, name as region_name from {{ref "raw.region"}} where name > 1'),
    "",
    'column "name" does not exist',
  ],
])(
  "on Redshift, %s is told at its line of the model, or at none that could be another",
  async (_what, exitCode, ...[sql, place, message]) => {
    for (const materialized of ["table", "view"]) {
      const project = await opened.newProject({
        ...seedProject,
        "models/cleaned/region.sql": sql,
        "models/cleaned/region.yml": regionYaml(`materialized: ${materialized}\n`),
      });
      const { code, stderr } = await project.run(["build"]);
      project.close();
      expect(code).toBe(exitCode);
      expect(stderr).toContain(message);
      expect(stderr).toMatch(new RegExp(`models/cleaned/region\\.sql${place}(?![:\\d])`));
    }
  },
);
