import path from "node:path";
import type { Io } from "../core/io.ts";
import type { KillPoint } from "../core/ports.ts";
import type { StoredLake } from "../lake/stored-lake.ts";
import type { Target } from "./target.ts";

/** Where tests reach into a run; by default they are not there. */
export interface Seams {
  readonly killPoint?: KillPoint;
  readonly io?: Io;
}

export async function openLake(
  { lake, home }: Pick<Target, "lake" | "home">,
  seams: Seams = {},
): Promise<StoredLake> {
  switch (lake.kind) {
    case "folder": {
      const { openFolderLake } = await import("../lake/folder-lake.ts");
      return openFolderLake({ root: lake.address, ...seams });
    }
    case "s3": {
      const { openS3Lake } = await import("../lake/s3/s3-lake.ts");
      return openS3Lake({ ...lake, folder: path.join(home, "s3-lake"), ...seams });
    }
    default:
      return lake satisfies never;
  }
}
