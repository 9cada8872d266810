import { getAtt, sub } from "./cloudformation.ts";
import type { Value } from "./cloudformation.ts";
import type { WarehouseNeeds } from "./needs.ts";
import { allow } from "./policy.ts";

/** Asking the warehouse, and for what came of one's own statements alone: `owner` is IAM's condition that they are. */
export function warehouseRights(
  { kind, login }: Pick<WarehouseNeeds, "kind" | "login">,
  owner: Readonly<Record<string, Readonly<Record<string, Value>>>>,
): readonly Value[] {
  return [
    allow(
      "WarehouseStatements",
      ["redshift-data:ExecuteStatement", "redshift-data:BatchExecuteStatement"],
      { resources: [warehouseArn(kind)] },
    ),
    loginRight({ kind, login }),
    // They are about a statement's id, not about a warehouse.
    allow(
      "OwnStatements",
      [
        "redshift-data:DescribeStatement",
        "redshift-data:GetStatementResult",
        "redshift-data:CancelStatement",
        "redshift-data:ListStatements",
      ],
      { resources: ["*"], condition: owner },
    ),
  ];
}

function warehouseArn(kind: WarehouseNeeds["kind"]): Value {
  return kind === "workgroup"
    ? getAtt("Workgroup", "Workgroup.WorkgroupArn")
    : ofCluster("cluster:${Cluster}");
}

/** One part of a cluster, as Redshift's actions name it. */
function ofCluster(part: string): Value {
  return sub(`arn:\${AWS::Partition}:redshift:\${AWS::Region}:\${AWS::AccountId}:${part}`);
}

/** What the Data API does on behalf of who asks, to come to the database as somebody. */
function loginRight({ kind, login }: Pick<WarehouseNeeds, "kind" | "login">): Value {
  const sid = "WarehouseLogin";
  const database = ofCluster("dbname:${Cluster}/${DatabaseName}");
  switch (login.by) {
    case "secret":
      return allow(sid, ["secretsmanager:GetSecretValue"], { resources: [login.arn] });
    case "user":
      return allow(sid, ["redshift:GetClusterCredentials"], {
        resources: [database, ofCluster(`dbuser:\${Cluster}/${login.name}`)],
      });
    case "iam":
      return kind === "workgroup"
        ? allow(sid, ["redshift-serverless:GetCredentials"], { resources: [warehouseArn(kind)] })
        : allow(sid, ["redshift:GetClusterCredentialsWithIAM"], { resources: [database] });
  }
}
