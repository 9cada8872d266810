export interface ResourceType {
  /** Those that CloudFormation, or the safety of what it makes, needs. */
  readonly required: readonly string[];
  /** What Fn::GetAtt may read of it here. */
  readonly attributes: readonly string[];
  /** Whether it holds data that nobody can make again. */
  readonly holdsData?: boolean;
}

/** The types of which a template here is made. */
export const resourceTypes: Readonly<Partial<Record<string, ResourceType>>> = {
  "AWS::KMS::Key": {
    required: ["KeyPolicy", "EnableKeyRotation"],
    attributes: ["Arn", "KeyId"],
    holdsData: true,
  },
  "AWS::S3::Bucket": {
    required: [
      "BucketName",
      "BucketEncryption",
      "VersioningConfiguration",
      "OwnershipControls",
      "PublicAccessBlockConfiguration",
      "LifecycleConfiguration",
    ],
    attributes: ["Arn"],
    holdsData: true,
  },
  "AWS::S3::BucketPolicy": { required: ["Bucket", "PolicyDocument"], attributes: [] },
  "AWS::DynamoDB::Table": {
    required: [
      "TableName",
      "KeySchema",
      "AttributeDefinitions",
      "BillingMode",
      "TimeToLiveSpecification",
      "PointInTimeRecoverySpecification",
    ],
    attributes: ["Arn", "StreamArn"],
    holdsData: true,
  },
  "AWS::RedshiftServerless::Namespace": {
    required: ["NamespaceName", "DbName", "ManageAdminPassword", "DefaultIamRoleArn", "IamRoles"],
    attributes: ["Namespace.NamespaceArn", "Namespace.NamespaceId"],
    holdsData: true,
  },
  "AWS::RedshiftServerless::Workgroup": {
    required: [
      "WorkgroupName",
      "NamespaceName",
      "BaseCapacity",
      "MaxCapacity",
      "PubliclyAccessible",
      "SubnetIds",
      "SecurityGroupIds",
    ],
    attributes: ["Workgroup.WorkgroupArn", "Workgroup.WorkgroupId"],
  },
  "AWS::Redshift::Cluster": {
    required: [
      "ClusterIdentifier",
      "ClusterType",
      "NodeType",
      "DBName",
      "MasterUsername",
      "ManageMasterPassword",
      "Encrypted",
      "IamRoles",
      "PubliclyAccessible",
      "ClusterSubnetGroupName",
      "VpcSecurityGroupIds",
    ],
    attributes: ["Endpoint.Address"],
    holdsData: true,
  },
  "AWS::Redshift::ClusterSubnetGroup": { required: ["Description", "SubnetIds"], attributes: [] },
  "AWS::IAM::Role": { required: ["AssumeRolePolicyDocument"], attributes: ["Arn", "RoleId"] },
  "AWS::IAM::ManagedPolicy": { required: ["PolicyDocument"], attributes: [] },
  "AWS::IAM::Policy": { required: ["PolicyName", "PolicyDocument", "Roles"], attributes: ["Id"] },
};
