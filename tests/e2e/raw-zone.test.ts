import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Services } from "../../local/services.ts";
import { openTestServices } from "../../local/testing.ts";
import type { LakeManifest } from "../../runner/core/manifest.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import { TestProject } from "./testing/project.ts";
import { fillFirstDay, fillSecondDay, smallProject } from "./testing/small-project.ts";

let services: Services;
let databases: ShopDatabases;
let parted: TestProject;
let plain: TestProject;

/** The small project with days as partitions, and files that are merged soon. */
const partedProject = {
  ...smallProject,
  "pipelines.yaml": smallProject["pipelines.yaml"]!.replace(
    "    threads: 2\n",
    "    threads: 2\n    compaction: { files: 1, megabytes: 1 }\n",
  ),
  "sources/oltp.yml": smallProject["sources/oltp.yml"]!.replace(
    "  - name: payment\n",
    "  - name: payment\n    partition_by: updated_at\n    deletes: detect\n",
  ),
  "models/gold/payment.yml": smallProject["models/gold/payment.yml"]!.replace(
    "cursor: loaded_at\n",
    "cursor: loaded_at\npartition_by: sold_on\n",
  ).replace("  - { name: loaded_at,", "  - { name: sold_on, type: date }\n  - { name: loaded_at,"),
  "models/gold/payment.sql": smallProject["models/gold/payment.sql"]!.replace(
    "    cast(loaded_at as timestamp)",
    "    cast(case when payment_id < 3 then '2026-03-01' else '2026-03-02' end as date) as sold_on,\n    cast(loaded_at as timestamp)",
  ),
};

beforeAll(async () => {
  services = await openTestServices();
  databases = await ShopDatabases.create(services);
  await fillFirstDay(databases);
  parted = new TestProject(partedProject, databases);
  plain = new TestProject(
    {
      ...partedProject,
      "sources/oltp.yml": partedProject["sources/oltp.yml"].replace(
        "    partition_by: updated_at\n",
        "",
      ),
      "models/gold/payment.yml": partedProject["models/gold/payment.yml"].replace(
        "partition_by: sold_on\n",
        "",
      ),
    },
    databases,
  );
}, 120_000);

afterAll(async () => {
  parted.close();
  plain.close();
  await databases.close();
  await services.close();
});

function filesOf(project: TestProject, relation: string) {
  const pointer = join(project.lake, ...relation.split("."), "_manifest.json");
  return (JSON.parse(readFileSync(pointer, "utf8")) as LakeManifest).files;
}

const daysOf = (project: TestProject, relation: string) =>
  filesOf(project, relation).map(({ key }) => /dt=([^/]+)/.exec(key)?.[1]);

test("a project parted by day has the rows of one that is not, keeps the files of days that stayed as they were, merges small files, and can go back", async () => {
  for (const project of [parted, plain]) await project.ok("build");
  const first = filesOf(parted, "gold.payment");
  expect(daysOf(parted, "gold.payment")).toEqual(["2026-03-01", "2026-03-02"]);
  expect(daysOf(parted, "raw.payment")).toEqual(["2026-03-01"]);

  await fillSecondDay(databases);
  for (const project of [parted, plain]) await project.ok("build");
  const second = filesOf(parted, "gold.payment");
  // The corrected payment 2 is of the first day, the new payment 4 of the second.
  expect(second.map(({ key }) => first.some((file) => file.key === key))).toEqual([false, false]);
  const atSecond = await inspect(parted);
  expect(atSecond.problems).toEqual([]);
  expect(atSecond.rows).toEqual((await inspect(plain)).rows);

  await databases.postgres.query(
    "update payment set amount = 6.00, updated_at = '2026-03-03T08:00:00Z' where id = 4",
  );
  for (const project of [parted, plain]) await project.ok("build");
  const third = filesOf(parted, "gold.payment");
  expect(third.map(({ key }) => second.some((file) => file.key === key))).toEqual([true, false]);
  // What the first two builds left is merged, and what the third one brought is not yet.
  expect(filesOf(parted, "raw.customer")).toHaveLength(2);
  expect(daysOf(parted, "raw.payment")).toEqual([
    "2026-03-01",
    "2026-03-02",
    "2026-03-02",
    "2026-03-03",
  ]);
  const atThird = await inspect(parted);
  expect(atThird.problems).toEqual([]);
  expect(atThird.rows).toEqual((await inspect(plain)).rows);

  cpSync(parted.home, join(parted.folder, "third"), { recursive: true });
  await parted.ok("rollback");
  expect((await inspect(parted)).rows).toEqual(atSecond.rows);
  parted.takeHome(join(parted.folder, "third"));
}, 120_000);

test("a build that is killed while it finds deletes and merges files, and is run again, is as one that was not", async () => {
  await databases.postgres.query("delete from payment where id = 1");
  await parted.ok("build");
  const expected = await inspect(parted);
  const deleted = expected.rows["raw.payment"]?.filter((row) => row.includes('["_deleted",true]'));
  expect(deleted?.map((row) => row.slice(0, 9))).toEqual(['[["id",1]']);
  for (const point of [
    "after-extract",
    "after-part-put:5",
    "before-publish",
    "after-publish",
    "before-manifest:2",
  ]) {
    parted.takeHome(join(parted.folder, "third"));
    const killed = await parted.run(["build"], { MERCADO_KILL_POINT: point });
    expect([point, killed.signal]).toEqual([point, "SIGKILL"]);
    await parted.ok("build");
    const found = await inspect(parted);
    expect(found.problems).toEqual([]);
    expect(found.rows).toEqual(expected.rows);
  }
}, 180_000);
