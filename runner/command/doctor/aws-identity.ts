import { S3Client } from "@aws-sdk/client-s3";
import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { LakePlace } from "../lake-place.ts";
import type { RedshiftPlace } from "../warehouse-place.ts";

/** Whose credentials the SDK finds; whether AWS takes them, the warehouse and the bucket tell. */
export async function examineCredentials(): Promise<string> {
  const client = openClient("us-east-1");
  try {
    const { accessKeyId, sessionToken, expiration } = await client.config.credentials();
    const kind = sessionToken === undefined ? "a lasting key" : "a session";
    const until = expiration === undefined ? "" : `, until ${expiration.toISOString()}`;
    return `access key ${accessKeyId}, ${kind}${until}`;
  } catch (error) {
    throw new Failure([
      {
        code: "WAREHOUSE_DENIED",
        message: "There are no AWS credentials.",
        cause: messageOf(error),
        hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is given: any source that the AWS SDK knows.",
      },
    ]);
  } finally {
    client.destroy();
  }
}

/** The regions of warehouse and lake, which must be one: COPY and UNLOAD are told none. */
export async function examineRegion(warehouse: RedshiftPlace, lake: LakePlace): Promise<string> {
  const ofLake = lake.kind === "s3" ? lake.region : undefined;
  const [first, second] = [await found(warehouse.region), await found(ofLake)];
  if (first === second) return first;
  throw new Failure([
    {
      code: "WAREHOUSE_INVALID",
      message: `The warehouse is in ${first}, the lake in ${second}.`,
      hint: "Redshift's role reads and writes a bucket of its own region: set redshift.region and lake_region to the same in pipelines.yaml.",
    },
  ]);
}

async function found(region: string | undefined): Promise<string> {
  if (region !== undefined) return region;
  const client = openClient();
  try {
    return await client.config.region();
  } catch (error) {
    throw new Failure([
      {
        code: "WAREHOUSE_NOT_FOUND",
        message: "Nothing says in which region the target is.",
        cause: messageOf(error),
        hint: "Set redshift.region and lake_region of the target in pipelines.yaml, or AWS_REGION.",
      },
    ]);
  } finally {
    client.destroy();
  }
}

/** Asked for what it finds in its surroundings, and sends nothing. */
function openClient(region?: string): S3Client {
  // The SDK would print a warning about old versions of Node into the user's run.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  return new S3Client(region === undefined ? {} : { region });
}
