import { getAtt, kept, ref } from "./cloudformation.ts";
import type { Resource } from "./cloudformation.ts";
import { lakeAccess } from "./lake.ts";
import { policy, trust } from "./policy.ts";

/** Redshift Serverless, and the role by which it reads and writes the lake. */
export function warehouseResources(prefix: string): Readonly<Record<string, Resource>> {
  // UNLOAD's ENCRYPTED AUTO asks which key the bucket is encrypted by.
  const rights = lakeAccess(prefix, { bucket: ["s3:GetEncryptionConfiguration"] });
  return {
    WarehouseRole: {
      Type: "AWS::IAM::Role",
      Properties: {
        Description: "By it Redshift copies from the lake and unloads to it.",
        AssumeRolePolicyDocument: trust([
          "redshift.amazonaws.com",
          "redshift-serverless.amazonaws.com",
        ]),
        Policies: [{ PolicyName: "lake", PolicyDocument: policy(rights) }],
      },
    },
    Namespace: {
      Type: "AWS::RedshiftServerless::Namespace",
      ...kept,
      Properties: {
        NamespaceName: ref("WorkgroupName"),
        DbName: ref("DatabaseName"),
        // Secrets Manager makes, keeps and turns over the administrator's password: no template and no person holds it.
        ManageAdminPassword: true,
        DefaultIamRoleArn: getAtt("WarehouseRole", "Arn"),
        IamRoles: [getAtt("WarehouseRole", "Arn")],
        LogExports: ["useractivitylog", "userlog", "connectionlog"],
      },
    },
    Workgroup: {
      Type: "AWS::RedshiftServerless::Workgroup",
      Properties: {
        WorkgroupName: ref("WorkgroupName"),
        NamespaceName: ref("Namespace"),
        BaseCapacity: ref("BaseCapacity"),
        MaxCapacity: ref("MaxCapacity"),
        // The Data API needs no way in from outside.
        PubliclyAccessible: false,
        SubnetIds: ref("SubnetIds"),
        SecurityGroupIds: ref("SecurityGroupIds"),
      },
    },
  };
}
