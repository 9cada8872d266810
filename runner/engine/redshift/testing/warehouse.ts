import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openTestRedshift } from "../../../../local/redshift/testing.ts";
import type { TestRedshift } from "../../../../local/redshift/testing.ts";
import type { RedshiftServer, RedshiftServerOptions } from "../../../../local/redshift/server.ts";
import { openRedshift } from "../engine.ts";
import type { RedshiftEngine, RedshiftOptions } from "../engine.ts";
import type { Patience } from "../retried.ts";

/** Long enough for what passes, short enough for a test of what does not. */
export const shortPatience: Patience = {
  totalMilliseconds: 3_000,
  firstPauseMilliseconds: 10,
  longestPauseMilliseconds: 100,
};

export interface TestWarehouse {
  /** The one that `options` name. */
  readonly server: RedshiftServer;
  /** Another one over the same database, closed with this one. */
  readonly openServer: (
    ...settings: Parameters<TestRedshift["open"]>
  ) => ReturnType<TestRedshift["open"]>;
  readonly home: string;
  options(changes?: Partial<RedshiftOptions>): RedshiftOptions;
  /** Closed with the warehouse, unless the test does so before. */
  open(changes?: Partial<RedshiftOptions>): Promise<RedshiftEngine>;
  close(): Promise<void>;
}

/** The stand-in with a home for engines that use it. */
export async function openTestWarehouse(
  settings: Partial<RedshiftServerOptions> = {},
): Promise<TestWarehouse> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const redshift = await openTestRedshift();
  const server = await redshift.open(settings);
  const home = mkdtempSync(path.join(tmpdir(), "mercado-redshift-"));
  const opened: RedshiftEngine[] = [];
  const options = (changes: Partial<RedshiftOptions> = {}): RedshiftOptions => ({
    region: "us-east-1",
    endpoint: server.endpoint,
    workgroup: "mercado",
    database: "warehouse",
    iamRole: "default",
    threads: 4,
    home,
    name: "test",
    readObject: () => Promise.reject(new Error("nothing is unloaded here")),
    patience: shortPatience,
    conflictPatience: shortPatience,
    ...changes,
  });
  return {
    server,
    openServer: (...further) => redshift.open(...further),
    home,
    options,
    open: async (changes) => {
      const engine = await openRedshift(options(changes));
      opened.push(engine);
      return engine;
    },
    close: async () => {
      for (const engine of opened) await engine.close().catch(() => undefined);
      await redshift.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
