import { join } from "node:path";
import { directIo, type Io } from "../../core/io.ts";
import type { KillPoint } from "../../core/ports.ts";
import { StoredLake } from "../stored-lake.ts";
import { Mirror } from "./mirror.ts";
import { S3Bucket } from "./s3-bucket.ts";
import type { S3Place } from "./s3-connection.ts";
import { S3Store } from "./s3-store.ts";
import { sharedParts } from "./shared-parts.ts";

export interface S3LakeOptions extends S3Place {
  /** A folder of this machine for parts on their way and for copies of parts; all of it can be lost. */
  readonly folder: string;
  readonly killPoint?: KillPoint;
  readonly io?: Io;
}

/** A lake on S3, or on a server that speaks its protocol. */
export function openS3Lake({
  folder,
  killPoint,
  io = directIo,
  ...place
}: S3LakeOptions): StoredLake {
  const mirror = new Mirror(join(folder, place.bucket, ...place.prefix.split("/")));
  const bucket = new S3Bucket(place, io);
  return new StoredLake(new S3Store(bucket, mirror), killPoint, sharedParts(bucket, killPoint));
}
