import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { lakePaths } from "../access/lake-paths.ts";
import { shopAccess, shopRelations } from "../access/testing/shop-access.ts";
import { zones } from "../core/relation.ts";
import { bucket, findVersitygw, openVersitygw } from "../lake/testing/s3-servers.ts";
import type { S3ServerWithUsers } from "../lake/testing/s3-servers.ts";
import { lakeStatements } from "./access.ts";
import { mayDo, resolvedStatement } from "./testing/iam.ts";

const gateway = findVersitygw();
const missing = "missing" in gateway ? gateway.missing : undefined;

const roles = shopAccess.roles.map((role) => {
  const lake = { name: role.name, databaseRole: role.name };
  return { ...lake, ...lakePaths(role, shopRelations, shopAccess) };
});
const statementsOf = (role: (typeof roles)[number]) =>
  // The gateway knows no conditions, and no keys of KMS: what is listed is for IAM's evaluator alone to say.
  lakeStatements(role, "")
    .map(resolvedStatement)
    .filter(({ Condition: condition }) => condition === undefined);

const deeds = {
  "s3:GetObject": (Key: string) => new GetObjectCommand({ Bucket: bucket, Key }),
  "s3:PutObject": (Key: string) => new PutObjectCommand({ Bucket: bucket, Key, Body: "new" }),
  "s3:DeleteObject": (Key: string) => new DeleteObjectCommand({ Bucket: bucket, Key }),
} as const;
type Deed = keyof typeof deeds;

const keys = [
  ...shopRelations.map(({ relation }) => `${relation.replace(".", "/")}/part-0.parquet`),
  ...zones.map((zone) => `${zone}/my_table/part-0.parquet`),
  ...["_audit/part-0.parquet", "workshop/part-0.parquet", "goldmine/part-0.parquet"],
];

const title = "each role's IAM policy, given to a user of versitygw in the bucket's policy,";
const suite = missing === undefined ? describe : describe.skip;

suite(missing === undefined ? title : `${title} (skipped: ${missing})`, () => {
  let server: S3ServerWithUsers;
  const clients: S3Client[] = [];

  function clientOf(accessKeyId: string, secretAccessKey: string): S3Client {
    const client = new S3Client({
      endpoint: server.endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    clients.push(client);
    return client;
  }

  let owner: S3Client;

  beforeAll(async () => {
    if (!("program" in gateway)) return;
    server = await openVersitygw(gateway.program);
    const { AWS_ACCESS_KEY_ID: key = "", AWS_SECRET_ACCESS_KEY: secret = "" } = server.environment;
    owner = clientOf(key, secret);
    for (const { name } of roles) server.addUser(name);
    const statements = roles.flatMap((role) =>
      statementsOf(role).map((statement) => ({
        Effect: statement.Effect,
        Principal: { AWS: [role.name] },
        Action: statement.Action,
        Resource: statement.Resource,
      })),
    );
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  }, 300_000);

  afterAll(async () => {
    for (const client of clients) client.destroy();
    await server.close();
  });

  async function does(client: S3Client, deed: Deed, key: string): Promise<boolean> {
    await owner.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "old" }));
    try {
      await client.send(deeds[deed](key));
      return true;
    } catch (error) {
      expect(error).toMatchObject({ name: "AccessDenied" });
      return false;
    }
  }

  test.each(roles)(
    "lets $name do in each place what IAM's evaluator says, and nothing else",
    async (role) => {
      const client = clientOf(role.name, `${role.name}-secret`);
      const statements = lakeStatements(role, "");
      const done: Record<string, boolean> = {};
      const declared: Record<string, boolean> = {};
      for (const key of keys) {
        for (const deed of Object.keys(deeds) as Deed[]) {
          const resource = `arn:aws:s3:::${bucket}/${key}`;
          done[`${deed} ${key}`] = await does(client, deed, key);
          declared[`${deed} ${key}`] = mayDo(statements, { action: deed, resource });
        }
      }
      expect(done).toEqual(declared);
      expect(Object.values(declared)).toContain(false);
    },
    60_000,
  );
});
