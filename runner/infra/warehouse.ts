import { getAtt, kept, ref } from "./cloudformation.ts";
import type { Resource } from "./cloudformation.ts";
import { lakeAccess } from "./lake.ts";
import type { InfraNeeds } from "./needs.ts";
import { policy, trust } from "./policy.ts";

/** For so many days a cluster can be brought back as it was; Redshift Serverless keeps recovery points by itself. */
const snapshotDays = 7;

/** Redshift, and the role by which it reads and writes the lake. */
export function warehouseResources({
  prefix,
  warehouse,
}: Pick<InfraNeeds, "prefix" | "warehouse">): Readonly<Record<string, Resource>> {
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
    ...(warehouse.kind === "workgroup" ? serverless() : cluster()),
  };
}

function serverless(): Readonly<Record<string, Resource>> {
  return {
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

/** CloudFormation cannot say which of a cluster's roles is its default: the target has to name it. */
function cluster(): Readonly<Record<string, Resource>> {
  return {
    ClusterSubnets: {
      Type: "AWS::Redshift::ClusterSubnetGroup",
      Properties: { Description: "Where the warehouse is.", SubnetIds: ref("SubnetIds") },
    },
    Cluster: {
      Type: "AWS::Redshift::Cluster",
      ...kept,
      Properties: {
        ClusterIdentifier: ref("ClusterName"),
        ClusterType: "multi-node",
        NodeType: ref("NodeType"),
        NumberOfNodes: ref("NumberOfNodes"),
        DBName: ref("DatabaseName"),
        MasterUsername: "awsuser",
        // As of a namespace: Secrets Manager makes, keeps and turns over the administrator's password.
        ManageMasterPassword: true,
        Encrypted: true,
        IamRoles: [getAtt("WarehouseRole", "Arn")],
        AutomatedSnapshotRetentionPeriod: snapshotDays,
        // The Data API needs no way in from outside.
        PubliclyAccessible: false,
        ClusterSubnetGroupName: ref("ClusterSubnets"),
        VpcSecurityGroupIds: ref("SecurityGroupIds"),
      },
    },
  };
}
