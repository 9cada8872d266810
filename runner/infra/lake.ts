import { bucketStatements } from "./access.ts";
import { getAtt, kept, ref, sub } from "./cloudformation.ts";
import type { Resource, Value } from "./cloudformation.ts";
import type { InfraNeeds } from "./needs.ts";
import { allow, policy } from "./policy.ts";

/** How long a version that was replaced or removed can be brought back, in days. */
const wayBackDays = 30;
/** An upload in parts that is older than this belongs to a process that is gone. */
const uploadDays = 2;

/** The lake's bucket, its key, and the rule that nobody reads it over an open line. */
export function lakeResources(
  needs: Pick<InfraNeeds, "roles" | "prefix">,
): Readonly<Record<string, Resource>> {
  return {
    LakeKey: {
      Type: "AWS::KMS::Key",
      ...kept,
      Properties: {
        Description: "Encrypts the lake of Mercado.",
        EnableKeyRotation: true,
        PendingWindowInDays: 30,
        KeyPolicy: policy([
          {
            Sid: "RightsComeFromIam",
            Effect: "Allow",
            // Without it nobody could manage the key: AWS's own default. The roles' policies say who uses it.
            Principal: { AWS: sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root") },
            Action: ["kms:*"],
            Resource: ["*"],
          },
        ]),
      },
    },
    LakeBucket: {
      Type: "AWS::S3::Bucket",
      ...kept,
      Properties: {
        BucketName: ref("LakeBucketName"),
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              // One call of KMS serves many objects.
              BucketKeyEnabled: true,
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: "aws:kms",
                KMSMasterKeyID: getAtt("LakeKey", "Arn"),
              },
            },
          ],
        },
        // Files are immutable, so that versions are only what was removed, and pointers that were replaced: the way back
        // from a mistake. It is cheap, for it ends after some days.
        VersioningConfiguration: { Status: "Enabled" },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        // No rule expires a current object, for a manifest may list it, however old: runner gc removes what none lists.
        LifecycleConfiguration: {
          Rules: [
            {
              Id: "uploads-that-nobody-completes",
              Status: "Enabled",
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: uploadDays },
            },
            {
              Id: "versions-that-were-replaced-or-removed",
              Status: "Enabled",
              NoncurrentVersionExpiration: { NoncurrentDays: wayBackDays },
              ExpiredObjectDeleteMarker: true,
            },
          ],
        },
      },
    },
    LakeBucketPolicy: {
      Type: "AWS::S3::BucketPolicy",
      Properties: {
        Bucket: ref("LakeBucket"),
        PolicyDocument: policy([
          {
            Sid: "OnlyByTls",
            Effect: "Deny",
            Principal: "*",
            Action: ["s3:*"],
            Resource: [getAtt("LakeBucket", "Arn"), sub("${LakeBucket.Arn}/*")],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
          ...bucketStatements(needs),
        ]),
      },
    },
  };
}

const objectActions = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"];
const bucketActions = ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"];

/** Reads and writes what lies below the lake's prefix; further actions may be done to its objects, or to the bucket. */
export function lakeAccess(
  prefix: string,
  further: { readonly objects?: readonly string[]; readonly bucket?: readonly string[] } = {},
): readonly Value[] {
  const below = prefix === "" ? "*" : `${prefix}/*`;
  const bucket = getAtt("LakeBucket", "Arn");
  return [
    allow("LakeObjects", [...objectActions, ...(further.objects ?? [])], {
      resources: [sub(`\${LakeBucket.Arn}/${below}`)],
    }),
    allow("LakeListing", ["s3:ListBucket"], {
      resources: [bucket],
      condition: { StringLike: { "s3:prefix": [below] } },
    }),
    // None of them can be narrowed to a prefix.
    allow("LakeBucketItself", [...bucketActions, ...(further.bucket ?? [])], {
      resources: [bucket],
    }),
    allow("LakeKey", ["kms:Decrypt", "kms:GenerateDataKey"], {
      resources: [getAtt("LakeKey", "Arn")],
      condition: { StringEquals: { "kms:ViaService": sub("s3.${AWS::Region}.${AWS::URLSuffix}") } },
    }),
  ];
}
