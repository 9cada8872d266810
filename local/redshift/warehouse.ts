import { invalid } from "./data-api-error.ts";
import type { Submission } from "./requests.ts";

/** The warehouses that exist here, by name. All of them are the same one database. */
export interface Warehouses {
  readonly workgroups: readonly string[];
  readonly clusters: readonly string[];
}

/** Where and as whom a statement runs. */
export interface Target {
  readonly workgroup?: string;
  readonly cluster?: string;
  readonly database: string;
  /** As whom it runs. */
  readonly dbUser: string;
  /** Whether that is the caller's own identity, whose user AWS creates on its first visit. */
  readonly isIdentity: boolean;
  readonly secretArn?: string;
}

/** The administrator of a warehouse, as AWS names it unless told otherwise. */
export const ADMINISTRATOR = "awsuser";

/** Who calls, and whom secrets are for. */
export interface Identities {
  /** The user of the database that stands for the caller's IAM identity, such as `IAM:mercado`. */
  readonly caller: string;
  /** Users by the ARNs of their secrets; any other secret is the administrator's. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Checks which warehouse a request names, by the rules of the Data API's three ways to authenticate. Not for requests with a SessionId. */
export function targetOf(
  request: Submission,
  warehouses: Warehouses,
  { caller, secrets }: Identities,
): Target {
  const { ClusterIdentifier: cluster, WorkgroupName: workgroup } = request;
  const { Database: database, DbUser: dbUser, SecretArn: secretArn } = request;
  if (cluster !== undefined && workgroup !== undefined) {
    throw invalid("ClusterIdentifier and WorkgroupName can't both be specified.");
  }
  if (dbUser !== undefined && secretArn !== undefined) {
    throw invalid("DbUser and SecretArn can't both be specified.");
  }
  if (workgroup !== undefined && dbUser !== undefined) {
    throw invalid("DbUser can't be specified with WorkgroupName.");
  }
  if (database === undefined) throw invalid("Database must be specified.");
  checkWarehouse({ cluster, workgroup }, warehouses);
  return {
    ...(workgroup !== undefined && { workgroup }),
    ...(cluster !== undefined && { cluster }),
    ...(secretArn !== undefined && { secretArn }),
    database,
    dbUser: dbUser ?? (secretArn === undefined ? caller : (secrets[secretArn] ?? ADMINISTRATOR)),
    isIdentity: dbUser === undefined && secretArn === undefined,
  };
}

/** Throws the API's exception unless exactly one warehouse is named, and it exists. */
function checkWarehouse(
  { cluster, workgroup }: { cluster: string | undefined; workgroup: string | undefined },
  warehouses: Warehouses,
): void {
  const name = workgroup ?? cluster;
  if (name === undefined) {
    throw invalid("Either ClusterIdentifier or WorkgroupName must be specified.");
  }
  const known = workgroup === undefined ? warehouses.clusters : warehouses.workgroups;
  const arn = /^arn:aws[a-z-]*:redshift-serverless:[^:]+:\d+:workgroup\/(?<name>.+)$/.exec(name);
  if (!known.includes(arn?.groups?.["name"] ?? name)) {
    throw invalid("Redshift endpoint doesn't exist in this region.");
  }
}

/** In a request with a SessionId the session says where it runs. */
export function refuseTargetWithSession(request: Submission): void {
  const named = (
    ["ClusterIdentifier", "WorkgroupName", "Database", "DbUser", "SecretArn"] as const
  ).filter((member) => request[member] !== undefined);
  if (named.length > 0) throw invalid(`${named.join(", ")} can't be specified with SessionId.`);
}
