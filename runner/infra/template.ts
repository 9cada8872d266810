import { accessResources } from "./access.ts";
import { getAtt, ref, sub } from "./cloudformation.ts";
import type { Output, Parameter, Template, Value } from "./cloudformation.ts";
import { lakeResources } from "./lake.ts";
import { infraSettings } from "./needs.ts";
import type { InfraNeeds, InfraSetting } from "./needs.ts";
import { roleResources } from "./roles.ts";
import { shopTableResource } from "./shop-table.ts";
import { warehouseResources } from "./warehouse.ts";

/** A CloudFormation template of what a target on AWS and the shop's DynamoDB table need. */
export function infraTemplate(needs: InfraNeeds): Template {
  const where = needs.region === undefined ? "" : ` Its region is ${needs.region}.`;
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: `Mercado, target ${needs.target}: lake, warehouse, the shop's table, and roles.${where}`,
    Parameters: parameters(needs),
    Conditions: { HasOperator: { "Fn::Not": [{ "Fn::Equals": [ref("OperatorArn"), ""] }] } },
    Resources: {
      ...lakeResources(needs),
      ...warehouseResources(needs),
      ShopTable: shopTableResource(),
      ...roleResources(needs),
      ...accessResources(needs),
    },
    Outputs: outputs(needs),
  };
}

/** Names as the project resolves them, and what only the account's owner knows. */
function parameters(needs: InfraNeeds): Readonly<Record<string, Parameter>> {
  return {
    LakeBucketName: {
      Type: "String",
      Description: "The lake's bucket. Names of buckets are unique in the whole of AWS.",
      Default: needs.bucket,
      AllowedPattern: "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    },
    ...warehouseParameters(needs.warehouse),
    DatabaseName: {
      Type: "String",
      Description: "The warehouse's database.",
      Default: needs.database,
      AllowedPattern: "[a-z_][a-z0-9_]{0,63}",
    },
    TableName: {
      Type: "String",
      Description: "The shop's DynamoDB table.",
      Default: needs.table,
      AllowedPattern: "[a-zA-Z0-9_.-]{3,255}",
    },
    SubnetIds: {
      Type: "List<AWS::EC2::Subnet::Id>",
      Description:
        needs.warehouse.kind === "workgroup"
          ? "Subnets of the warehouse, in at least three availability zones."
          : "Subnets of the warehouse, all in one VPC.",
    },
    SecurityGroupIds: {
      Type: "List<AWS::EC2::SecurityGroup::Id>",
      Description:
        "Security groups of the warehouse. The runner needs no rule: it uses the Data API.",
    },
    OperatorArn: {
      Type: "String",
      Description: "An IAM role or user that may take the runner's role besides its containers.",
      Default: "",
      AllowedPattern: "(arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+)?",
      ConstraintDescription: "The ARN of an IAM role or user, or nothing.",
    },
  };
}

function warehouseParameters({
  kind,
  name,
}: InfraNeeds["warehouse"]): Readonly<Record<string, Parameter>> {
  if (kind === "workgroup") {
    return {
      WorkgroupName: {
        Type: "String",
        Description: "Redshift Serverless: the workgroup, and its namespace.",
        Default: name,
        AllowedPattern: "[a-z0-9-]{3,64}",
      },
      BaseCapacity: {
        Type: "Number",
        Description: "Redshift processing units that a statement begins with.",
        Default: 8,
        MinValue: 4,
      },
      MaxCapacity: {
        Type: "Number",
        Description: "Redshift processing units at most: the limit of what an hour costs.",
        Default: 32,
        MinValue: 4,
      },
    };
  }
  return {
    ClusterName: {
      Type: "String",
      Description: "The provisioned cluster.",
      Default: name,
      AllowedPattern: "[a-z](-?[a-z0-9]){0,62}",
    },
    NodeType: {
      Type: "String",
      Description: "The kind of the cluster's nodes.",
      Default: "ra3.large",
      AllowedPattern: "[a-z0-9]+[.][a-z0-9]+",
    },
    NumberOfNodes: {
      Type: "Number",
      Description: "How many nodes: they cost by the hour, whether there is work or none.",
      Default: 2,
      MinValue: 2,
    },
  };
}

const outputNames: Readonly<Record<InfraSetting, readonly [string, Value]>> = {
  bucket: ["LakeBucket", ref("LakeBucket")],
  region: ["Region", ref("AWS::Region")],
  workgroup: ["Workgroup", ref("Workgroup")],
  cluster: ["Cluster", ref("Cluster")],
  database: ["Database", ref("DatabaseName")],
  iam_role: ["WarehouseRoleArn", getAtt("WarehouseRole", "Arn")],
  table: ["ShopTable", ref("ShopTable")],
};

/** Each says in its description which environment variable, or else which setting, it is for. */
function outputs({ variables, warehouse }: InfraNeeds): Readonly<Record<string, Output>> {
  const without = warehouse.kind === "workgroup" ? "cluster" : "workgroup";
  const settings = infraSettings
    .filter((setting) => setting !== without)
    .map((setting): [string, Output] => {
      const [name, value] = outputNames[setting];
      const words = setting.replace("_", " ");
      const description = variables[setting] ?? `The target's ${words} in pipelines.yaml`;
      return [name, { Description: description, Value: value }];
    });
  return {
    ...Object.fromEntries(settings),
    RunnerRoleArn: {
      Description: "The role of the containers that run the runner",
      Value: getAtt("RunnerRole", "Arn"),
    },
    ...databaseUser(warehouse.login),
    ApiRoleArn: {
      Description: "The role of the containers that run the API",
      Value: getAtt("ApiRole", "Arn"),
    },
  };
}

/** Nobody but the secret's owner knows whose it is. */
function databaseUser(login: InfraNeeds["warehouse"]["login"]): Readonly<Record<string, Output>> {
  if (login.by === "secret") return {};
  return {
    RunnerDatabaseUser: {
      Description: "Whom the database's administrator grants the right to create schemas",
      Value: login.by === "iam" ? sub("IAMR:${RunnerRole}") : login.name,
    },
  };
}
