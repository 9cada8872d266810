import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { setTimeout } from "node:timers/promises";
import type { Lease } from "../core/lease.ts";
import type { Dialect } from "../core/dialect.ts";
import type { Engine } from "../core/ports.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import { redshiftDialect } from "../dialect/redshift/dialect.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { openTestWarehouse } from "../engine/redshift/testing/warehouse.ts";
import { acquireLease } from "./lease.ts";
import type { LeaseRequest } from "./lease.ts";
import { openLedger } from "./ledger.ts";

interface LeasingWarehouse {
  readonly name: string;
  readonly dialect: Dialect;
  /** How much longer than in this process a call may take. */
  readonly slowness: number;
  /** Opens it empty. */
  readonly open: () => Promise<{ readonly engine: Engine; readonly close: () => Promise<void> }>;
}

const duckDb: LeasingWarehouse = {
  name: "in DuckDB",
  dialect: duckdbDialect,
  slowness: 1,
  open: async () => {
    const engine = await openDuckDb({ file: ":memory:", threads: 1 });
    return { engine, close: () => engine.close() };
  },
};

const onRedshift = (["serializable", "snapshot"] as const).map((isolation): LeasingWarehouse => ({
  name: `in Redshift's stand-in under ${isolation} isolation`,
  dialect: redshiftDialect({ iamRole: "default" }),
  slowness: 20,
  open: async () => {
    const warehouse = await openTestWarehouse({ isolation });
    return { engine: await warehouse.open(), close: () => warehouse.close() };
  },
}));

describe.each([duckDb, ...onRedshift])("a lease $name", ({ dialect, slowness, open }) => {
  let warehouse: Awaited<ReturnType<LeasingWarehouse["open"]>>;
  let engine: Engine;
  const leases: Lease[] = [];

  beforeAll(async () => {
    warehouse = await open();
    ({ engine } = warehouse);
    await openLedger(engine);
    await engine.execute("create table published (publisher varchar(20))");
  });

  afterAll(async () => {
    await warehouse.close();
  });

  beforeEach(async () => {
    await engine.execute("delete from published");
  });

  afterEach(async () => {
    for (const lease of leases.splice(0)) await lease.release();
  });

  /** A run that shares its warehouse with others, as it does where many processes can have it open. */
  async function acquire(command: string, more: Partial<LeaseRequest> = {}): Promise<Lease> {
    const holder = { command, pid: 7, host: "there", since: "2026-03-01T00:00:00.000Z" };
    const lease = await acquireLease(engine, {
      holder,
      dialect,
      isExclusive: false,
      onLost: () => undefined,
      ...more,
    });
    leases.push(lease);
    return lease;
  }

  function publishAs(lease: Lease, publisher: string): Promise<void> {
    return engine.transaction([
      ...lease.guardStatements(),
      `insert into published values ('${publisher}')`,
    ]);
  }

  async function publishers(): Promise<unknown[]> {
    return (await engine.query("select publisher from published")).rows.map((row) => row.publisher);
  }

  /** As if its holder's heart had stopped long ago. */
  const stop = () =>
    engine.execute("update _runner.lease set heartbeat_at = timestamp '2026-01-01 00:00:00'");

  test("is refused to a second run, which is told who has it", async () => {
    await acquire("build --select sales");
    await expect(acquire("test")).rejects.toThrow(
      "runner build --select sales (process 7 on there, since 2026-03-01T00:00:00.000Z)",
    );
  });

  test("can be had as soon as it is given back, under a higher token", async () => {
    const first = await acquire("build");
    await first.release();
    const second = await acquire("test");
    expect(second.token).toBeGreaterThan(first.token);
    await publishAs(second, "second");
    expect(await publishers()).toEqual(["second"]);
  });

  test("that is stale is taken over, and its old holder can publish nothing any more", async () => {
    const first = await acquire("build");
    await stop();
    const second = await acquire("test");
    await expect(publishAs(first, "first")).rejects.toThrow(/fence/);
    expect(await first.isHeld()).toBe(false);
    await publishAs(second, "second");
    await first.release();
    await publishAs(second, "second");
    expect(await publishers()).toEqual(["second", "second"]);
  });

  test("whose holder's process is certainly gone is taken over at once, under a higher token", async () => {
    const first = await acquire("build");
    const second = await acquire("test", {
      isGone: ({ pid, host }) => pid === 7 && host === "there",
    });
    expect(second.token).toBeGreaterThan(first.token);
    await expect(publishAs(first, "first")).rejects.toThrow(/not.null constraint/i);
    await publishAs(second, "second");
    expect(await publishers()).toEqual(["second"]);
  });

  test("of a process that is gone goes to one of two that find that out at the same time", async () => {
    await acquire("build");
    const gone = { isGone: ({ command }: { readonly command: string }) => command === "build" };
    const ends = await Promise.allSettled([acquire("test", gone), acquire("run", gone)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("is refused while its holder's process may be alive", async () => {
    await acquire("build");
    await expect(acquire("test", { isGone: () => false })).rejects.toThrow("LEASE_HELD");
  });

  test("is kept by a heartbeat, and its loss is told", async () => {
    let isLost = false;
    const lease = await acquire("build", {
      staleAfterSeconds: 0.2 * slowness,
      onLost: () => {
        isLost = true;
      },
    });
    await setTimeout(300 * slowness);
    expect(await lease.isHeld()).toBe(true);
    await expect(acquire("test", { staleAfterSeconds: 0.2 * slowness })).rejects.toThrow(
      "LEASE_HELD",
    );
    await acquire("test", { isExclusive: true });
    await setTimeout(150 * slowness);
    expect(isLost).toBe(true);
  });
});
