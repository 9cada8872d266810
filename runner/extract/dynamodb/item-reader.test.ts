import { expect, test } from "@jest/globals";
import { partitionsSince } from "./item-reader.ts";

const index = { name: "GSI2", partitionKey: "p", sortKey: "s", prefix: "TXN#", shards: 2 };

test("an increment asks for every shard of every day until tomorrow, over a change of year", () => {
  const since = "2025-12-31T23:59:59.000000Z";
  const now = new Date("2026-01-01T00:00:00Z");
  expect([...partitionsSince({ index, since, now })]).toEqual([
    "TXN#2025-12-31#0",
    "TXN#2025-12-31#1",
    "TXN#2026-01-01#0",
    "TXN#2026-01-01#1",
    "TXN#2026-01-02#0",
    "TXN#2026-01-02#1",
  ]);
});
