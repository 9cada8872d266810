import type { Readable } from "node:stream";

/** Where exports stand, below the prefix that they were requested with. Keys begin with `AWSDynamoDB/`. */
export interface ExportStore {
  /** The folder, or `s3://bucket/prefix`, as messages name it. */
  readonly location: string;
  /** The names of the folders below a key's folder; none where there is no such folder. */
  folders(key: string): Promise<readonly string[]>;
  /** The bytes under a key; undefined when there are none. */
  open(key: string): Promise<Readable | undefined>;
  close(): void;
}

export interface S3Settings {
  /** Absent: AWS itself. Buckets of another server are addressed by path. */
  readonly endpoint?: string | undefined;
  /** Default AWS_REGION, then us-east-1. */
  readonly region?: string | undefined;
}
