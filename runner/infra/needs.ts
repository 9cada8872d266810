/** What a role of the project's may do with the lake's files; paths below the lake's prefix, such as `gold/sales`. */
export interface LakeRole {
  readonly name: string;
  /** The role's name in the warehouse, which comes with the tag `RedshiftDbRoles`. */
  readonly databaseRole: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Of what it may read or write otherwise: masks and row filters are in no file. */
  readonly denied: readonly string[];
}

/** Redshift Serverless, or a cluster with nodes of its own. */
export type WarehouseNeeds = {
  readonly kind: "workgroup" | "cluster";
  readonly name: string;
  /** As whom the runner comes to the database: as its own IAM role, or as a user of the database's. */
  readonly login:
    | { readonly by: "iam" }
    | { readonly by: "secret"; readonly arn: string }
    | { readonly by: "user"; readonly name: string };
};

/** What a target and the shop need of AWS, as the project's files tell it. */
export interface InfraNeeds {
  readonly target: string;
  readonly bucket: string;
  /** Of the lake within the bucket, without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  readonly region: string | undefined;
  readonly warehouse: WarehouseNeeds;
  readonly database: string;
  /** The shop's DynamoDB table. */
  readonly table: string;
  /** Where exports of DynamoDB tables lie that the runner reads. */
  readonly exports: readonly { readonly bucket: string; readonly prefix: string }[];
  /** Who may see what; none where the project does not say. */
  readonly roles: readonly LakeRole[];
  /** The environment variables from which the project takes a setting, by the setting. */
  readonly variables: Readonly<Partial<Record<InfraSetting, string>>>;
}

export const infraSettings = [
  "bucket",
  "region",
  "workgroup",
  "cluster",
  "database",
  "iam_role",
  "table",
] as const;
export type InfraSetting = (typeof infraSettings)[number];
