import { describe, expect, test } from "@jest/globals";
import type { ProjectFiles } from "../load/project-files.ts";
import { parseProject } from "./project.ts";

const pipelines = `project: shop
default_target: local
targets: { local: { engine: duckdb, warehouse: w.duckdb, lake: lake } }
`;
const source = `source: oltp
connector: postgres
connection: oltp
tables:
  - name: customer
    key: [id]
    columns:
      - { name: id, type: integer }
      - { name: email, type: text, class: pii.email }
`;

function parse(access: string, sourceText = source) {
  const files: ProjectFiles = {
    root: "/shop",
    pipelines: { file: "pipelines.yaml", text: `${pipelines}${access}` },
    sources: [{ file: "sources/oltp.yml", text: sourceText }],
    modelSql: [{ file: "models/gold/sales.sql", text: "select 1" }],
    modelYaml: [
      {
        file: "models/gold/sales.yml",
        text: "grain: one\ncolumns:\n  - { name: vendor_id, type: integer }\n",
      },
    ],
    partials: [],
    helpers: [],
    seeds: [],
    seedYaml: [],
    fixtures: [],
    testSql: [],
    testYaml: [],
    unitTestYaml: [],
  };
  const { project, diagnostics } = parseProject(files);
  return {
    access: project?.access,
    sources: project?.sources,
    problems: diagnostics.map(
      ({ place, message, hint }) =>
        `${place?.line ?? ""}:${place?.column ?? ""} ${message}${hint === undefined ? "" : ` ${hint}`}`,
    ),
  };
}

const classes = `access:
  classes: { pii.email: { mask: hash }, pii.name: {} }
  roles:
`;

describe("who may see what", () => {
  test("is read with limits, masks and members, whose attributes keep their types", () => {
    const { access, sources, problems } = parse(`${classes}    vendor:
      zones: { gold: read }
      rows: { gold.sales: "vendor_id = {{user.vendor_id}}" }
      members: [{ user: ana, vendor_id: 7 }]
      limits: { time: 5 seconds, memory: 200 MB }
`);
    expect(problems).toEqual([]);
    expect(access?.roles).toMatchObject([
      {
        name: "vendor",
        zones: { gold: "read" },
        rows: { "gold.sales": "vendor_id = {{user.vendor_id}}" },
        members: [{ user: "ana", attributes: { vendor_id: 7 } }],
        limits: { seconds: 5, memoryBytes: 200_000_000, rows: 1_000_000 },
      },
    ]);
    expect(access?.classes.map(({ mask }) => mask.kind)).toEqual(["hash", "hide"]);
    expect(sources?.[0]?.columns[1]?.classes).toEqual(["pii.email"]);
  });

  test("need not be said where no column has a class", () => {
    const { access, problems } = parse("", source.replace(", class: pii.email", ""));
    expect([access, problems]).toEqual([undefined, []]);
  });

  test.each([
    [
      "a class that nobody declared",
      "access: { classes: { pii.mail: {} } }\n",
      '9:9 raw.customer.email is of class "pii.email", which is not declared. Did you mean "pii.mail"?',
    ],
    [
      "a relation that is not there",
      `${classes}    vendor: { zones: { gold: read }, relations: [gold.sale] }\n`,
      '7:50 The project has no relation gold.sale. Did you mean "gold.sales"?',
    ],
    [
      "rows of a zone that the role may not read",
      `${classes}    vendor: { zones: { work: read }, rows: { gold.sales: "true" } }\n`,
      "7:58 vendor may not read the zone gold. Add it to the role's zones, or leave gold.sales out.",
    ],
    [
      "a member without what the rows depend on",
      `${classes}    vendor:
      zones: { gold: read }
      rows: { gold.sales: "vendor_id = {{user.vendor_id}}" }
      members: [{ user: ana }]
`,
      "10:17 The rows of gold.sales depend on user.vendor_id, which ana has not. Write { user: ana, vendor_id: … }.",
    ],
    [
      "a class to see in clear that is none",
      `${classes}    analyst: { zones: { gold: read }, clear: [pii.emial] }\n`,
      '7:47 No class "pii.emial" is declared. Did you mean "pii.email"?',
    ],
  ])("is refused for %s, at its place", (_what, access, problem) => {
    expect(parse(access).problems).toEqual([problem]);
  });

  test.each([
    ['{{env "HOME"}}'],
    ["{{user}}"],
    ["{{user.a.b}}"],
    ["{{#if user.a}}true{{/if}}"],
    ["{{> partial}}"],
    ["{{user.a"],
  ])("refuses the row filter %s, which is more than a member's values in SQL", (filter) => {
    const role = `    vendor: { zones: { gold: read }, rows: { gold.sales: '${filter}' } }\n`;
    expect(parse(`${classes}${role}`).problems).toHaveLength(1);
  });
});
