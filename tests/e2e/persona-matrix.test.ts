import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { Failure } from "../../runner/core/diagnostic.ts";
import { RoleSession } from "../../runner/command/role/role-session.ts";
import type { AuditRecord } from "../../runner/core/audit.ts";
import { linesOf } from "./testing/cli.ts";
import { TestProject } from "./testing/project.ts";
import { pipelinesWith, seedProject } from "./testing/seed-project.ts";
// Jest cannot link modules that are imported lazily at the same time: they are there already.
import "../../runner/lake/folder-lake.ts";
import "../../runner/lineage/query/analyze.ts";

jest.setTimeout(300_000);

const personColumns = `columns:
  - { name: person_id, type: integer }
  - { name: family_name, type: varchar(50), class: pii.name }
  - { name: email, type: varchar(80), class: pii.email }
  - { name: vendor_id, type: integer }
`;
const personModel = (zone: string, from: string) => ({
  [`models/${zone}/person.sql`]: `select person_id, family_name, email, vendor_id from {{ref "${from}"}}\n`,
  [`models/${zone}/person.yml`]: `grain: One row per person.\nkey: [person_id]\nmaterialized: table\n${personColumns}`,
});

/** A relation with classified columns in each zone, and the personas that the README promises. */
const files: Readonly<Record<string, string>> = {
  "pipelines.yaml": pipelinesWith(`access:
  mask_key: salt
  classes:
    pii.name: { description: A name., mask: hide }
    pii.email: { description: An address., mask: hash }
  roles:
    data_engineer: { zones: { raw: write, cleaned: write, work: write, gold: write }, clear: ["*"], members: ["*"] }
    data_scientist: { zones: { cleaned: read, work: write, gold: read }, members: ["*"] }
    bi_analyst: { zones: { gold: read }, members: ["*"] }
    vendor:
      zones: { gold: read }
      relations: [gold.person]
      rows: { gold.person: "vendor_id = {{user.vendor_id}}" }
      members: [{ user: vera, vendor_id: 1 }]
`),
  "seeds/person.csv":
    "person_id,family_name,email,vendor_id\n1,Lovelace,ada@example.com,1\n2,Hopper,grace@example.com,2\n",
  "seeds/person.yml": `key: [person_id]\n${personColumns}`,
  "seeds/region.csv": seedProject["seeds/region.csv"]!,
  "seeds/region.yml": seedProject["seeds/region.yml"]!,
  ...personModel("cleaned", "raw.person"),
  ...personModel("work", "cleaned.person"),
  ...personModel("gold", "work.person"),
};

const zones = ["raw", "cleaned", "work", "gold"] as const;
const deeds = ["read", "list", "write", "delete"] as const;

/** What each persona may do in each zone: all four, read and list, or nothing. */
const promised: Readonly<Record<string, Readonly<Record<(typeof zones)[number], string>>>> = {
  data_engineer: { raw: "rlwd", cleaned: "rlwd", work: "rlwd", gold: "rlwd" },
  data_scientist: { raw: "", cleaned: "rl", work: "rlwd", gold: "rl" },
  bi_analyst: { raw: "", cleaned: "", work: "", gold: "rl" },
  vendor: { raw: "", cleaned: "", work: "", gold: "rl" },
};
const clear: Readonly<Record<string, boolean>> = { data_engineer: true };

let project: TestProject;
const sessions = new Map<string, RoleSession>();

beforeAll(async () => {
  project = new TestProject(files);
  await project.ok("build");
  for (const role of Object.keys(promised)) {
    sessions.set(role, await RoleSession.open({ project: project.folder, role, user: "vera" }));
  }
  // Something that is nobody's model, for those who may to delete.
  for (const zone of zones) {
    for (const role of Object.keys(promised)) {
      await ask("data_engineer", `create table ${zone}.kept_from_${role} as select 1 as id`);
    }
  }
});

afterAll(async () => {
  for (const session of sessions.values()) await session.close();
  project.close();
});

type Told =
  { readonly rows: readonly Readonly<Record<string, unknown>>[] } | { readonly code: string };

async function ask(role: string, statement: string): Promise<Told> {
  try {
    const answer = await sessions.get(role)!.ask(statement, { kind: "rows", limit: 1000 });
    return { rows: answer.kind === "rows" ? answer.rows : [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { code: error.diagnostics[0]!.code };
  }
}

/** Whether a deed was done: listing shows the zone's relation, and everything else is answered. */
async function does(role: string, deed: (typeof deeds)[number], zone: string): Promise<boolean> {
  const statement = {
    read: `select person_id from ${zone}.person`,
    list: `select table_name from information_schema.tables where table_schema = '${zone}' and table_name = 'person'`,
    write: `create table ${zone}.made_by_${role} as select 1 as id`,
    delete: `drop table ${zone}.kept_from_${role}`,
  }[deed];
  const told = await ask(role, statement);
  if ("code" in told) expect(told.code).toBe("ACCESS_DENIED");
  return "rows" in told && (deed !== "list" || told.rows.length > 0);
}

const cells = Object.entries(promised).flatMap(([role, rights]) =>
  zones.flatMap((zone) =>
    deeds.map((deed) => {
      const may = rights[zone].includes(deed.slice(0, 1));
      return { role, zone, deed, may, does: may ? "may" : "may not" };
    }),
  ),
);

test("the matrix has as many things that somebody may not do as things that somebody may", () => {
  const allowed = cells.filter(({ may }) => may).length;
  expect(cells.length - allowed).toBeGreaterThanOrEqual(allowed);
});

describe("on one machine", () => {
  test.each(cells)("$role $does $deed in $zone", async ({ role, zone, deed, may }) => {
    expect(await does(role, deed, zone)).toBe(may);
  });

  const columns = Object.entries(promised).flatMap(([role, rights]) =>
    zones
      .filter((zone) => rights[zone] !== "")
      .flatMap((zone) =>
        (["family_name", "email"] as const).map((column) => {
          const seen = clear[role] === true ? "sees" : "sees only a mask of";
          return { role, zone, column, seen };
        }),
      ),
  );

  test.each(columns)("$role $seen $column of persons in $zone", async ({ role, zone, column }) => {
    const told = await ask(
      role,
      `select ${column} as seen from ${zone}.person where person_id = 1`,
    );
    const [row] = "rows" in told ? told.rows : [];
    if (clear[role] === true) {
      expect(row?.seen).toBe(column === "email" ? "ada@example.com" : "Lovelace");
    } else if (column === "email") {
      expect(row?.seen).toMatch(/^[0-9a-f]{64}$/);
    } else {
      expect(row).toEqual({ seen: null });
    }
  });

  test.each(Object.keys(promised))(
    "%s sees the own rows alone where rows are filtered",
    async (role) => {
      const told = await ask(role, "select person_id from gold.person order by person_id");
      const expected = role === "vendor" ? [1] : [1, 2];
      expect("rows" in told && told.rows.map((row) => row.person_id)).toEqual(expected);
    },
  );

  test("no persona makes, changes or drops what a model makes", async () => {
    for (const statement of [
      "create or replace table gold.person as select 1 as id",
      "drop table gold.person",
      "delete from gold.person",
      "insert into gold.person select * from gold.person",
    ]) {
      expect(await ask("data_engineer", statement)).toEqual({ code: "ACCESS_DENIED" });
    }
  });

  test("who may not take a role is refused, and is on record; so is who asks without a role", async () => {
    const { code, stderr } = await project.run([
      "query",
      "select 1",
      ...["--role", "vendor", "--user", "victor"],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("ACCESS_NOT_MEMBER")]);
    await project.ok("query", "select person_id from gold.person");
    const { stdout } = await project.ok("access", "log", "--json");
    const records = linesOf(stdout) as unknown as readonly AuditRecord[];
    expect(records.at(-2)).toMatchObject({
      user: "victor",
      role: "vendor",
      statement: "select 1",
      ended: { outcome: "refused" },
    });
    expect(records.at(-1)).toMatchObject({
      statement: "select person_id from gold.person",
      ended: { outcome: "answered", relations: ["gold.person"], rows: 2 },
    });
    expect(records.at(-1)).not.toHaveProperty("role");
  });

  test("every one of these questions is on record, refused or not", async () => {
    const { stdout } = await project.ok("access", "log", "--json", "--role", "bi_analyst");
    const records = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { ended?: { outcome: string } });
    expect(records.length).toBeGreaterThanOrEqual(zones.length * deeds.length);
    const outcomes = new Set(records.map(({ ended }) => ended?.outcome));
    expect([...outcomes].sort()).toEqual(["answered", "refused"]);
  });
});
