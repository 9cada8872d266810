import { resolve } from "node:path";
import { directIo, type Io } from "../core/io.ts";
import type { KillPoint } from "../core/ports.ts";
import { FolderStore } from "./folder-store.ts";
import { StoredLake } from "./stored-lake.ts";

export interface FolderLakeOptions {
  /** The lake's folder; it is created when the first part is staged. */
  readonly root: string;
  readonly killPoint?: KillPoint;
  readonly io?: Io;
}

/**
 * A lake in a folder. Keys outlive the folder's place: they are resolved against `root` at every call. One process
 * publishes at a time; any number may read.
 */
export function openFolderLake({ root, killPoint, io = directIo }: FolderLakeOptions): StoredLake {
  return new StoredLake(new FolderStore(resolve(root), io), killPoint);
}
