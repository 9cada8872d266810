import { getAtt, ref, sub } from "./cloudformation.ts";
import type { Resource, Value } from "./cloudformation.ts";
import type { InfraNeeds, LakeRole, WarehouseNeeds } from "./needs.ts";
import { allow, policy } from "./policy.ts";
import { warehouseRights } from "./warehouse-rights.ts";

/** By which the bucket's policy tells whose a request is. */
const roleTag = "MercadoRole";

const reading = ["s3:GetObject"];
const writing = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];

/** For each role a policy for those who have it, and a role of IAM's that they may take. */
export function accessResources(needs: InfraNeeds): Readonly<Record<string, Resource>> {
  return Object.fromEntries(
    needs.roles.flatMap((role): [string, Resource][] => [
      [`${logicalName(role)}Rights`, rightsOf(role, needs)],
      [logicalName(role), roleOf(role, needs.warehouse.kind)],
    ]),
  );
}

function rightsOf(role: LakeRole, needs: InfraNeeds): Resource {
  return {
    Type: "AWS::IAM::ManagedPolicy",
    Properties: {
      Description: `What the role ${role.name} may do with the lake and the warehouse.`,
      PolicyDocument: policy([
        ...lakeStatements(role, needs.prefix),
        ...warehouseRights({ kind: needs.warehouse.kind, login: asThemselves }, whoAsks),
      ]),
    },
  };
}

/** Who has a role of the project's comes to the database by their IAM role, whoever the runner comes as. */
const asThemselves = { by: "iam" } as const;

/** Who of the account may take it is for the account's own policies to say. */
function roleOf(role: LakeRole, kind: WarehouseNeeds["kind"]): Resource {
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      Description: `The role ${role.name} of the project.`,
      AssumeRolePolicyDocument: policy([
        {
          Effect: "Allow",
          Principal: { AWS: sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root") },
          Action: ["sts:AssumeRole"],
        },
      ]),
      ManagedPolicyArns: [ref(`${logicalName(role)}Rights`)],
      Tags: [
        { Key: roleTag, Value: role.name },
        // A cluster takes no notice of it: there an administrator grants the role.
        ...(kind === "workgroup" ? [{ Key: "RedshiftDbRoles", Value: role.databaseRole }] : []),
      ],
    },
  };
}

export function lakeStatements(role: LakeRole, prefix: string): readonly Value[] {
  const { read, write, denied } = role;
  const both = [...new Set([...read, ...write])];
  if (both.length === 0) return [];
  return [
    ...(read.length === 0
      ? []
      : [allow("LakeReading", reading, { resources: read.map((path) => object(prefix, path)) })]),
    ...(write.length === 0
      ? []
      : [allow("LakeWriting", writing, { resources: write.map((path) => object(prefix, path)) })]),
    allow("LakeListing", ["s3:ListBucket"], {
      resources: [getAtt("LakeBucket", "Arn")],
      condition: { StringLike: { "s3:prefix": both.map((path) => below(prefix, path)) } },
    }),
    allow("LakeKey", ["kms:Decrypt", ...(write.length === 0 ? [] : ["kms:GenerateDataKey"])], {
      resources: [getAtt("LakeKey", "Arn")],
      condition: { StringEquals: { "kms:ViaService": sub("s3.${AWS::Region}.${AWS::URLSuffix}") } },
    }),
    ...(denied.length === 0
      ? []
      : [
          {
            Sid: "OnlyByQueries",
            Effect: "Deny",
            Action: ["s3:*"],
            Resource: denied.map((path) => object(prefix, path)),
          },
        ]),
  ];
}

/** Statements of the bucket's own policy: who has a role's tag gets nothing of the bucket but that role's part. */
export function bucketStatements({
  roles,
  prefix,
}: Pick<InfraNeeds, "roles" | "prefix">): readonly Value[] {
  return roles.flatMap((role) => {
    const paths = [...new Set([...role.read, ...role.write])].map((path) => object(prefix, path));
    const condition = { StringEquals: { [`aws:PrincipalTag/${roleTag}`]: role.name } };
    const deny = (sid: string, further: Readonly<Record<string, Value>>) => ({
      ...{ Sid: `${sid}${logicalName(role)}`, Effect: "Deny", Principal: "*", ...further },
      Condition: condition,
    });
    return [
      deny("NothingElseFor", {
        Action: ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"],
        ...(paths.length === 0
          ? { Resource: [sub("${LakeBucket.Arn}/*")] }
          : { NotResource: paths }),
      }),
      ...(role.write.length === 0
        ? [
            deny("NoWritingFor", {
              Action: ["s3:PutObject*", "s3:DeleteObject*"],
              Resource: [sub("${LakeBucket.Arn}/*")],
            }),
          ]
        : [
            deny("NoWritingElsewhereFor", {
              Action: ["s3:PutObject*", "s3:DeleteObject*"],
              NotResource: role.write.map((path) => object(prefix, path)),
            }),
          ]),
    ];
  });
}

/** IAM fills in who asks. */
const whoAsks = {
  StringEquals: { "redshift-data:statement-owner-iam-userid": "${aws:userid}" },
};

function below(prefix: string, path: string): string {
  return prefix === "" ? `${path}/*` : `${prefix}/${path}/*`;
}

function object(prefix: string, path: string): Value {
  return sub(`\${LakeBucket.Arn}/${below(prefix, path)}`);
}

function logicalName({ name }: LakeRole): string {
  return `Access${name
    .split("_")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("")}`;
}
