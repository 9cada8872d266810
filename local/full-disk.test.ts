import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import * as homes from "./fixtures/homes.ts";
import { openServices } from "./services.ts";
import { makeTestHome } from "./testing.ts";

const NOBODY = "http://127.0.0.1:1";

let home: string;
beforeEach(() => {
  home = makeTestHome();
});
afterEach(() => {
  homes.removeHome(home);
});

function mount(options: string, folder: string): boolean {
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  return status === 0;
}

function canMount(): boolean {
  const folder = makeTestHome();
  try {
    return mount("size=1m", folder) && spawnSync("umount", [folder]).status === 0;
  } finally {
    homes.removeHome(folder);
  }
}

/** Only a disk of its own can be full for this test alone, and only root may make one. */
const testWithDisk = canMount() ? test : test.skip;

/** Megabytes in which initdb finds room, and the database after it does not. */
testWithDisk.each([39, 40])(
  "a disk with room for %i MB at the first start does no harm once it has more (needs root, to mount one)",
  async (megabytes) => {
    expect(mount(`size=${megabytes}m`, home)).toBe(true);
    chmodSync(home, 0o755);
    try {
      const folder = join(home, "home");
      const open = () => openServices({ home: folder, env: { MERCADO_DYNAMODB_ENDPOINT: NOBODY } });
      await expect(open()).rejects.toMatchObject({ code: "LOCAL_DISK_FULL" });
      expect(mount("remount,size=200m", home)).toBe(true);
      const services = await open();
      expect(await homes.query(services, "select 1 as one")).toEqual([{ one: 1 }]);
      await services.close();
    } finally {
      spawnSync("umount", ["-l", home]);
    }
  },
);
