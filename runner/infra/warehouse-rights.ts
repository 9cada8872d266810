import { getAtt } from "./cloudformation.ts";
import type { Value } from "./cloudformation.ts";
import { allow } from "./policy.ts";

/** Asking the workgroup, and for what came of one's own statements alone: `owner` is IAM's condition that they are. */
export function warehouseRights(
  owner: Readonly<Record<string, Readonly<Record<string, Value>>>>,
): readonly Value[] {
  const resources = [getAtt("Workgroup", "Workgroup.WorkgroupArn")];
  return [
    allow(
      "WarehouseStatements",
      ["redshift-data:ExecuteStatement", "redshift-data:BatchExecuteStatement"],
      { resources },
    ),
    allow("WarehouseLogin", ["redshift-serverless:GetCredentials"], { resources }),
    // They are about a statement's id, not about a workgroup.
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
