import { messageOf } from "../../core/caught.ts";
import { diskFailure } from "../../core/disk-failure.ts";
import { Failure } from "../../core/diagnostic.ts";

function nameOf(error: unknown): string {
  return typeof error === "object" && error !== null && "name" in error ? String(error.name) : "";
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
  return httpStatusCode;
}

/** Whether an error is how a request ended, and not what became of an answer's bytes. */
export function isAnswer(error: unknown): boolean {
  return typeof error === "object" && error !== null && "$metadata" in error;
}

/** Whether an answer says that there is no such object; a missing bucket is something else. */
export function isNotFound(error: unknown): boolean {
  if (nameOf(error) === "NoSuchBucket") return false;
  return (
    ["NotFound", "NoSuchKey", "NoSuchUpload"].includes(nameOf(error)) || statusOf(error) === 404
  );
}

export function isNotImplemented(error: unknown): boolean {
  return nameOf(error) === "NotImplemented" || statusOf(error) === 501;
}

/** Whether an answer says that the object is not, or not any more, what a conditional put asked for. */
export function isConditionFailed(error: unknown): boolean {
  return [404, 409, 412].includes(statusOf(error) ?? 0);
}

/** The failure that an error of a request to `address` stands for. */
export function s3Failure(error: unknown, address: string): Failure {
  if (error instanceof Failure) return error;
  const local = diskFailure(error, address);
  if (local !== undefined && statusOf(error) === undefined) return local;
  return new Failure([
    { code: "LAKE_UNREACHABLE", ...explain(error, address), cause: messageOf(error) },
  ]);
}

function explain(error: unknown, address: string): { message: string; hint: string } {
  const name = nameOf(error);
  const status = statusOf(error);
  const [, , bucket = ""] = address.split("/");
  if (name === "NoSuchBucket") {
    return {
      message: `There is no bucket ${bucket}.`,
      hint: "Create it, or name another as the target's lake in pipelines.yaml.",
    };
  }
  if (name === "CredentialsProviderError") {
    return {
      message: `There are no credentials for ${address}.`,
      hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE: any source of credentials that the AWS SDK knows.",
    };
  }
  if (status === 401 || status === 403) {
    return {
      message: `${address} is refused to these credentials (${name}).`,
      hint: "They need s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, and s3:ListBucket and s3:ListBucketMultipartUploads on the bucket.",
    };
  }
  if (messageOf(error) === "Region is missing") {
    return {
      message: `Nothing says in which region the bucket ${bucket} is.`,
      hint: "Set the target's lake_region in pipelines.yaml, or AWS_REGION.",
    };
  }
  if (name === "PermanentRedirect" || /\bregion\b/i.test(messageOf(error))) {
    return {
      message: `The bucket ${bucket} is not where it was looked for.`,
      hint: "Set the target's lake_region in pipelines.yaml.",
    };
  }
  return {
    message: `${address} cannot be reached (${name === "" || name === "Error" ? "no answer" : name}).`,
    hint: "Run it again once the server answers; lake_endpoint in pipelines.yaml names a server other than Amazon's.",
  };
}
