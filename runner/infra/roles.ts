import { getAtt, noValue, ref, sub } from "./cloudformation.ts";
import type { Resource, Value } from "./cloudformation.ts";
import { lakeAccess } from "./lake.ts";
import type { InfraNeeds } from "./needs.ts";
import { allow, policy, trust } from "./policy.ts";
import { shopTable } from "./shop-table.ts";
import { warehouseRights } from "./warehouse-rights.ts";

/** Both run as containers; the account's other tasks do not come in by somebody else's. */
const containers = "ecs-tasks.amazonaws.com";
const ofThisAccount = { StringEquals: { "aws:SourceAccount": ref("AWS::AccountId") } };

/** A person or another service that runs the runner by hand, for runner doctor say. */
const operator: Value = {
  "Fn::If": [
    "HasOperator",
    { Effect: "Allow", Principal: { AWS: ref("OperatorArn") }, Action: ["sts:AssumeRole"] },
    noValue,
  ],
};

const table = getAtt("ShopTable", "Arn");
const indexes = shopTable.indexes.map(({ name }) => sub(`\${ShopTable.Arn}/index/${name}`));

/** The roles of the runner and of the API, each with what its own requests need. */
export function roleResources(needs: InfraNeeds): Readonly<Record<string, Resource>> {
  return {
    RunnerRole: {
      Type: "AWS::IAM::Role",
      Properties: {
        Description: "Directs the warehouse, moves the lake's files, and reads the shop's table.",
        AssumeRolePolicyDocument: trust([containers], {
          condition: ofThisAccount,
          further: [operator],
        }),
      },
    },
    // Apart from the role, whose id it names.
    RunnerRights: {
      Type: "AWS::IAM::Policy",
      Properties: {
        PolicyName: "runner",
        Roles: [ref("RunnerRole")],
        PolicyDocument: policy([
          ...warehouseRights(needs.warehouse, anySession),
          ...lakeAccess(needs.prefix, { objects: ["s3:DeleteObject"] }),
          ...shopReading(),
          ...exportReading(needs),
        ]),
      },
    },
    ApiRole: {
      Type: "AWS::IAM::Role",
      Properties: {
        Description: "Reads and writes the shop's table.",
        AssumeRolePolicyDocument: trust([containers], { condition: ofThisAccount }),
        Policies: [{ PolicyName: "shop", PolicyDocument: policy(shopWriting()) }],
      },
    },
  };
}

/** A run that begins again is another session of the same role. */
const anySession = {
  StringLike: { "redshift-data:statement-owner-iam-userid": sub("${RunnerRole.RoleId}:*") },
};

function shopReading(): readonly Value[] {
  return [
    allow(
      "ShopTable",
      [
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:Scan",
        "dynamodb:BatchGetItem",
      ],
      { resources: [table] },
    ),
    allow("ShopIndexes", ["dynamodb:Query"], { resources: indexes }),
  ];
}

/** An export is its own bucket's; whoever asks DynamoDB for it has the rights for that. */
function exportReading({ exports }: InfraNeeds): readonly Value[] {
  if (exports.length === 0) return [];
  const objects = exports.map(({ bucket, prefix }) => {
    const below = prefix === "" ? "*" : `${prefix}/*`;
    return sub(`arn:\${AWS::Partition}:s3:::${bucket}/${below}`);
  });
  return [allow("ShopExports", ["s3:GetObject"], { resources: objects })];
}

/** The table is there, and deletes expired carts, so that the API needs no right to make it so. */
function shopWriting(): readonly Value[] {
  return [
    allow(
      "ShopTable",
      [
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:DeleteItem",
        "dynamodb:Query",
      ],
      { resources: [table] },
    ),
    allow("ShopIndexes", ["dynamodb:Query"], { resources: indexes }),
  ];
}
