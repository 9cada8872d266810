import path from "node:path";
import { Failure } from "../core/diagnostic.ts";
import type { ParsedProject } from "../parse/project.ts";
import type { TargetDeclaration } from "../parse/schema/pipelines.ts";
import type { LakePlace } from "./lake-place.ts";

/** Where a target's warehouse stands; `address` is for messages. */
export type WarehousePlace =
  { readonly engine: "duckdb"; readonly address: string; readonly file: string } | RedshiftPlace;

export interface RedshiftPlace {
  readonly engine: "redshift";
  readonly address: string;
  readonly workgroup?: string;
  readonly cluster?: string;
  readonly database: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly secretArn?: string;
  readonly dbUser?: string;
  readonly iamRole: string;
}

interface WarehouseDeclaration {
  readonly pipelines: ParsedProject["pipelines"];
  readonly target: string;
  readonly root: string;
  readonly declared: TargetDeclaration;
  readonly lake: LakePlace;
  /** Fills environment variables in. */
  readonly fill: (text: string) => string;
}

/** Reads a target's warehouse settings; what cannot be is reported at its line. */
export function resolveWarehouse({
  pipelines,
  target,
  root,
  declared,
  lake,
  fill,
}: WarehouseDeclaration): WarehousePlace {
  if (declared.engine === "duckdb") {
    const file = path.resolve(root, fill(declared.warehouse));
    return { engine: "duckdb", address: file, file };
  }
  const refuse = (setting: readonly string[], message: string, hint: string) =>
    new Failure([
      pipelines.diagnostic("WAREHOUSE_INVALID", ["targets", target, ...setting], message, hint),
    ]);
  const { redshift } = declared;
  const filled = (text: string | undefined) =>
    text === undefined ? undefined : fill(text) || undefined;
  const workgroup = filled(redshift.workgroup);
  const cluster = filled(redshift.cluster);
  const [secretArn, dbUser] = [filled(redshift.secret_arn), filled(redshift.db_user)];
  if ((workgroup === undefined) === (cluster === undefined)) {
    const message =
      workgroup === undefined
        ? `The target ${target} names neither a workgroup nor a cluster.`
        : `The target ${target} names a workgroup and a cluster.`;
    const hint = "Name one: workgroup for Redshift Serverless, cluster for a provisioned one.";
    throw refuse(["redshift"], message, hint);
  }
  if (dbUser !== undefined && workgroup !== undefined) {
    const message = "A serverless workgroup takes no db_user: IAM tells who its user is.";
    throw refuse(["redshift", "db_user"], message, "Leave it out, or give a secret_arn.");
  }
  if (dbUser !== undefined && secretArn !== undefined) {
    const message = "secret_arn and db_user exclude one another.";
    throw refuse(["redshift", "db_user"], message, "The secret holds the user's name.");
  }
  if (lake.kind === "folder") {
    const message = `The lake ${lake.address} is a folder, which Redshift cannot reach.`;
    throw refuse(["lake"], message, "Write lake: s3://bucket/prefix.");
  }
  const [region, endpoint] = [filled(redshift.region), filled(redshift.endpoint)];
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    const message = `${endpoint} is no address.`;
    throw refuse(["redshift", "endpoint"], message, "Write http://host:port.");
  }
  const database = fill(redshift.database);
  return {
    engine: "redshift",
    address: `redshift://${workgroup ?? cluster ?? ""}/${database}`,
    ...(workgroup === undefined ? {} : { workgroup }),
    ...(cluster === undefined ? {} : { cluster }),
    database,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(secretArn === undefined ? {} : { secretArn }),
    ...(dbUser === undefined ? {} : { dbUser }),
    iamRole: fill(redshift.iam_role),
  };
}
