import { describe, expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import type { RelationName } from "../../runner/core/relation.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { fillFirstDay, fillSecondDay, smallProject } from "./testing/small-project.ts";
import { testTargets } from "./testing/targets.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;

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

const plainProject = {
  ...partedProject,
  "sources/oltp.yml": partedProject["sources/oltp.yml"].replace(
    "    partition_by: updated_at\n",
    "",
  ),
  "models/gold/payment.yml": partedProject["models/gold/payment.yml"].replace(
    "partition_by: sold_on\n",
    "",
  ),
};

openForTests(async (hold) => {
  services = await hold(openTestServices());
});

async function filesOf({ place }: TestProject, relation: RelationName) {
  return (await place.openLake().readManifest(relation))?.files ?? [];
}

const daysOf = async (project: TestProject, relation: RelationName) =>
  (await filesOf(project, relation)).map(({ key }) => /dt=([^/]+)/.exec(key)?.[1]);

describe.each(testTargets)("on $name,", (target) => {
  let databases: ShopDatabases;
  let parted: TestProject;
  let plain: TestProject;

  openForTests(async (hold) => {
    databases = await hold(ShopDatabases.create(services));
    await fillFirstDay(databases);
    const opened = await hold(target.open(services));
    parted = await hold(opened.newProject(partedProject, databases));
    plain = await hold(opened.newProject(plainProject, databases));
  });

  test("a project parted by day has the rows of one that is not, keeps the files of days that stayed as they were, merges small files, and can go back", async () => {
    for (const project of [parted, plain]) await project.ok("build");
    const first = await filesOf(parted, "gold.payment");
    expect(await daysOf(parted, "gold.payment")).toEqual(["2026-03-01", "2026-03-02"]);
    expect(await daysOf(parted, "raw.payment")).toEqual(["2026-03-01"]);

    await fillSecondDay(databases);
    for (const project of [parted, plain]) await project.ok("build");
    const second = await filesOf(parted, "gold.payment");
    // The corrected payment 2 is of the first day, the new payment 4 of the second.
    expect(second.map(({ key }) => first.some((file) => file.key === key))).toEqual([false, false]);
    const atSecond = await inspect(parted);
    expect(atSecond.problems).toEqual([]);
    expect(atSecond.rows).toEqual((await inspect(plain)).rows);

    await databases.postgres.query(
      "update payment set amount = 6.00, updated_at = '2026-03-03T08:00:00Z' where id = 4",
    );
    for (const project of [parted, plain]) await project.ok("build");
    const third = await filesOf(parted, "gold.payment");
    expect(third.map(({ key }) => second.some((file) => file.key === key))).toEqual([true, false]);
    // What the first two builds left is merged, and what the third one brought is not yet.
    expect(await filesOf(parted, "raw.customer")).toHaveLength(2);
    expect(await daysOf(parted, "raw.payment")).toEqual([
      "2026-03-01",
      "2026-03-02",
      "2026-03-02",
      "2026-03-03",
    ]);
    const atThird = await inspect(parted);
    expect(atThird.problems).toEqual([]);
    expect(atThird.rows).toEqual((await inspect(plain)).rows);

    await parted.keep("third");
    await parted.ok("rollback");
    expect((await inspect(parted)).rows).toEqual(atSecond.rows);
    await parted.restore("third");
  });

  test("a build that is killed while it finds deletes and merges files, and is run again, is as one that was not", async () => {
    await databases.postgres.query("delete from payment where id = 1");
    await parted.ok("build");
    const expected = await inspect(parted);
    const deleted = expected.rows["raw.payment"]?.filter((row) =>
      row.includes('["_deleted",true]'),
    );
    expect(deleted?.map((row) => row.slice(0, 9))).toEqual(['[["id",1]']);
    const points = [
      "after-extract",
      "after-part-put:5",
      "before-publish",
      "after-publish",
      "before-manifest:2",
    ];
    // Every kill point is passed on both engines elsewhere; here is what deletes and merged files are killed at.
    for (const point of target.engine === "duckdb" ? points : points.slice(1, 3)) {
      await parted.restore("third");
      const killed = await parted.run(["build"], { MERCADO_KILL_POINT: point });
      expect([point, killed.signal]).toEqual([point, "SIGKILL"]);
      await parted.place.passLeaseTime();
      await parted.ok("build");
      const found = await inspect(parted);
      expect(found.problems).toEqual([]);
      expect(found.rows).toEqual(expected.rows);
    }
  });
});
