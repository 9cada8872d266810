import { ListStatementsCommand, RedshiftDataClient } from "@aws-sdk/client-redshift-data";
import type { RedshiftPlace } from "./redshift-target.ts";

/** Every statement that the stand-in was ever sent, the batches' too, as its own history tells them. */
export async function sentStatements({
  connection: { endpoint, region },
  environment,
}: RedshiftPlace): Promise<readonly string[]> {
  const client = new RedshiftDataClient({
    endpoint,
    region,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID,
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    },
  });
  const sent: string[] = [];
  let next: string | undefined;
  do {
    const page = new ListStatementsCommand({ Status: "ALL", MaxResults: 100, NextToken: next });
    const { Statements: statements = [], NextToken: token } = await client.send(page);
    sent.push(...statements.flatMap((each) => each.QueryStrings ?? each.QueryString ?? []));
    next = token;
  } while (next !== undefined);
  client.destroy();
  return sent;
}
