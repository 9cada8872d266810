import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openTestStorage } from "../../../local/redshift/sql/testing/test-storage.ts";
import type { TestStorage } from "../../../local/redshift/sql/testing/test-storage.ts";
import { StatementFailure } from "../../core/statement-failure.ts";
import type { RedshiftEngine } from "./engine.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

let lake: TestStorage;
let warehouse: TestWarehouse;
let engine: RedshiftEngine;

beforeAll(async () => {
  lake = await openTestStorage();
  warehouse = await openTestWarehouse({ storage: lake.storage });
  engine = await warehouse.open({
    readObject: (location) => lake.text(location).catch(() => undefined),
  });
  await engine.transaction([
    "create table sales (id bigint, price decimal(10,2), note varchar(100))",
    ...Array.from(
      { length: 30 },
      (_, index) => `insert into sales values (${index}, ${index}.25, 'n')`,
    ),
  ]);
});

afterAll(async () => {
  await warehouse.close();
  await lake.close();
});

test("rows leave the warehouse as files, in the query's order, whatever its texts hold", async () => {
  const query = "select id, price, 'it''s \\\\ a' as note from sales order by id desc -- end";
  const files = await engine.files.unload(query, "s3://lake/ordered/", { isParallel: false });
  expect(files).toHaveLength(1);
  const [file] = files;
  expect(file).toMatchObject({ rows: 30 });
  const rows = await lake.askParquet(file!.location, "from {file}");
  expect(rows.map(({ id }) => Number(id))).toEqual(
    Array.from({ length: 30 }, (_, index) => 29 - index),
  );
  expect(rows[0]).toMatchObject({ price: "29.25", note: "it's \\ a" });
});

test("files in parallel have all rows together, and no rows are no file", async () => {
  const files = await engine.files.unload("select * from sales", "s3://lake/parallel/", {
    isParallel: true,
  });
  expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(30);
  expect(
    files.every(({ bytes, location }) => bytes > 0 && location.startsWith("s3://lake/parallel/")),
  ).toBe(true);
  const none = "select * from sales where id < 0 -- none";
  expect(await engine.files.unload(none, "s3://lake/none/", { isParallel: false })).toEqual([]);
});

test("rows whose manifest cannot be found are a failure, and never taken for none", async () => {
  const blind = await warehouse.open({ readObject: () => Promise.resolve(undefined) });
  const unload = blind.files.unload("select 1 as a", "s3://lake/blind/", { isParallel: false });
  await expect(unload).rejects.toThrow("LAKE_CORRUPT");
});

test("files that are there already are not mixed with others", async () => {
  const unload = () =>
    engine.files.unload("select 1 as a", "s3://lake/twice/", { isParallel: false });
  await unload();
  await expect(unload()).rejects.toThrow(StatementFailure);
});
