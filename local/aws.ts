import { join } from "node:path";
import { openRedshiftServer } from "./redshift/server.ts";
import { openS3Server, type S3Server } from "./s3/s3-server.ts";
import type { Services } from "./services.ts";

/** The bucket of the target `local-aws`. */
const bucket = "mercado-lake";

/** The objects of a home, in the bucket of the target `local-aws`; port 0 is any free one. */
export function openLocalS3(home: string, port = 0): Promise<S3Server> {
  return openS3Server({ directory: join(home, "s3"), bucket, port });
}

export interface LocalAws {
  /** By which the target `local-aws` and the AWS SDK find them. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What the target `local-aws` needs besides the shop's databases: an S3 server, and Redshift's stand-in beside the shop's Postgres. */
export async function openLocalAws(
  { postgresUrl }: Pick<Services, "postgresUrl">,
  home: string,
): Promise<LocalAws> {
  const s3 = await openLocalS3(home);
  try {
    const { endpoint, accessKeyId, secretAccessKey } = s3;
    const storage = { endpoint, region: "us-east-1", accessKeyId, secretAccessKey };
    const redshift = await openRedshiftServer({ postgresUrl, accessKeyId, storage });
    return {
      environment: {
        MERCADO_REDSHIFT_ENDPOINT: redshift.endpoint,
        MERCADO_S3_ENDPOINT: endpoint,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
      close: async () => {
        await redshift.close();
        await s3.close();
      },
    };
  } catch (error) {
    await s3.close();
    throw error;
  }
}
