import { expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import type { LakeManifest } from "../../runner/core/manifest.ts";
import type { RelationName } from "../../runner/core/relation.ts";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { buildShopDays } from "./testing/shop-days.ts";
import { duckDb } from "./testing/targets.ts";

let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  const databases = await hold(ShopDatabases.create(services));
  const opened = await hold(duckDb.open(services));
  project = await hold(buildShopDays(databases, services, opened));
  cpSync(project.home, join(project.folder, "built"), { recursive: true });
});

type Damage = "lost" | "doubled" | "altered";

interface Amount {
  readonly key: string;
  readonly amount: string;
  readonly type: string;
}

const ofLine: Amount = {
  key: "transaction_id, line_number",
  amount: "total_price",
  type: "numeric(18,2)",
};

/** All of `rows` as they are but the first by its key. */
function damaged(rows: string, { key, amount, type }: Amount, damage: Damage): string {
  const counted = `(select *, row_number() over (order by ${key}) as row_position from ${rows})`;
  const all = `select * exclude (row_position) from ${counted}`;
  switch (damage) {
    case "lost":
      return `${all} where row_position > 1`;
    case "doubled":
      return `${all} union all ${all} where row_position = 1`;
    case "altered": {
      const changed = `cast(case when row_position = 1 then ${amount} + 0.01 else ${amount} end as ${type})`;
      return `select * exclude (row_position) replace (${changed} as ${amount}) from ${counted}`;
    }
  }
}

/** Replaces a Parquet file of the raw zone, and makes what is said of its content true again unless that is not wanted. */
async function damageRaw(
  relation: RelationName,
  query: (rows: string) => string,
  { adjusts } = { adjusts: true },
): Promise<void> {
  const engine = await openDuckDb({ file: project.warehouse, threads: 1 });
  try {
    const current = `relation = '${relation}' and name = 'manifest' and publication_id in (select publication_id from _runner.relation_version where relation = '${relation}' and superseded_at is null)`;
    const { rows } = await engine.query(
      `select string_agg(content, '' order by part) as manifest, count(*) as parts from _runner.version_text where ${current}`,
    );
    expect(rows[0]?.parts).toBe(1);
    const text = String(rows[0]?.manifest);
    const [file] = (JSON.parse(text) as LakeManifest).files;
    if (file === undefined) throw new Error(`${relation} has no file`);
    const path = join(project.lake, file.key);
    await engine.files.writeParquet(
      query(`read_parquet('${path}', hive_partitioning = false)`),
      `${path}.new`,
    );
    renameSync(`${path}.new`, path);
    if (!adjusts) return;
    const content = readFileSync(path);
    const sha256 = createHash("sha256").update(content).digest("hex");
    const adjust = (manifest: string) =>
      manifest
        .replaceAll(file.sha256, sha256)
        .replace(`"bytes":${file.bytes}`, `"bytes":${content.length}`);
    await engine.execute(
      `update _runner.version_text set content = '${adjust(text).replaceAll("'", "''")}' where ${current}`,
    );
    const pointer = join(project.lake, ...relation.split("."), "_manifest.json");
    writeFileSync(pointer, adjust(readFileSync(pointer, "utf8")));
  } finally {
    await engine.close();
  }
}

/** Lets readers of the warehouse see other rows of a model than were built. */
async function damageModel(relation: RelationName, query: (rows: string) => string): Promise<void> {
  const engine = await openDuckDb({ file: project.warehouse, threads: 1 });
  try {
    await engine.transaction([
      `create table _physical.damaged as ${query(relation)}`,
      `create or replace view ${relation} as select * from _physical.damaged`,
    ]);
  } finally {
    await engine.close();
  }
}

test.each([
  ["raw", "raw.transaction_line", "equal_totals.raw.transaction_line.source"],
  ["cleaned", "cleaned.transaction_line", "lines_reconcile_with_the_source"],
  ["work", "work.sale_line", "equal_totals.work.sale_line.cleaned_transaction_line"],
  ["gold", "gold.sales", "sales_reconcile_with_lines"],
] as const)(
  "in the %s zone, a row of %s that is lost, doubled or altered by a cent fails %s",
  async (zone, relation, expected) => {
    for (const damage of ["lost", "doubled", "altered"] as const) {
      project.takeHome(join(project.folder, "built"));
      const query = (rows: string) => damaged(rows, ofLine, damage);
      await (zone === "raw" ? damageRaw(relation, query) : damageModel(relation, query));
      const tested = await project.run(["test"]);
      expect([damage, tested.code]).toEqual([damage, 1]);
      expect(tested.stderr).toMatch(
        new RegExp(`FAILED +test\\.${expected.replaceAll(".", "\\.")}`),
      );
    }
  },
);

test("in the raw zone, a file that no longer is what its manifest says is found by its checksum alone", async () => {
  for (const damage of ["lost", "doubled", "altered"] as const) {
    project.takeHome(join(project.folder, "built"));
    expect((await project.run(["lake", "verify"])).code).toBe(0);
    const query = (rows: string) => damaged(rows, ofLine, damage);
    await damageRaw("raw.transaction_line", query, { adjusts: false });
    const verified = await project.run(["lake", "verify"]);
    expect([damage, verified.code]).toEqual([damage, 1]);
    expect(verified.stderr + verified.stdout).toContain("raw/transaction_line/");
  }
});

test("a price that changed on its way from the source is told to the cent, in raw and in what is made of it", async () => {
  project.takeHome(join(project.folder, "built"));
  await damageRaw("raw.inventory", (rows) =>
    damaged(rows, { key: "id", amount: "price", type: "numeric(10,2)" }, "altered"),
  );
  const tested = await project.run([
    "test",
    "--select",
    "raw.inventory",
    "cleaned.checked_inventory",
  ]);
  expect(tested.code).toBe(1);
  expect(tested.stderr).toContain("test.equal_totals.raw.inventory.source");
  expect(tested.stderr).toContain("differs by 0.01");
});

test.each([
  {
    damage: "lost",
    relation: "cleaned.transaction_line",
    amount: ofLine,
    expected: "transaction_line_keys_are_kept",
  },
  {
    damage: "altered",
    relation: "cleaned.inventory",
    amount: { key: "item_id", amount: "price", type: "numeric(10,2)" },
    expected: "equal_totals.cleaned.inventory.cleaned_checked_inventory",
  },
  {
    damage: "doubled",
    relation: "gold.vendor_daily_sales",
    amount: { key: "vendor_id, date_id", amount: "total_price", type: "numeric(18,2)" },
    expected: "equal_totals.gold.vendor_daily_sales.gold_sales",
  },
] as const)(
  "a model by which a row is $damage is withheld with what reads it",
  async ({ damage, relation, amount, expected }) => {
    project.takeHome(join(project.folder, "built"));
    const file = `models/${relation.replace(".", "/")}.sql`;
    const sound = readFileSync(join(project.folder, file), "utf8");
    const broken = sound.replace(
      /select \* from final\s*$/,
      `${damaged("final", amount, damage)}\n`,
    );
    expect(broken).not.toBe(sound);
    project.write({ [file]: broken });
    // Unit tests would see it before there are rows; here the rows have to tell.
    const selection = ["--select", `${relation}+`, "--exclude", "type:unit_test"];
    const built = await project.run(["build", "--from", "raw", ...selection]);
    project.write({ [file]: sound });
    expect(built.code).toBe(1);
    expect(built.stderr).toContain(`test.${expected}`);
    expect(built.stderr).toContain(`withheld ${relation}`);
    expect((await project.run(["test"])).code).toBe(0);
  },
);
