import path from "node:path";
import type { ParsedProject } from "../parse/project.ts";
import type { TargetDeclaration } from "../parse/schema/pipelines.ts";
import { Failure } from "../core/diagnostic.ts";

/** Where a target's lake stands; `address` is a path or an s3:// address, for messages. */
export type LakePlace =
  | { readonly kind: "folder"; readonly address: string }
  | {
      readonly kind: "s3";
      readonly address: string;
      readonly bucket: string;
      readonly prefix: string;
      readonly endpoint?: string;
      readonly region?: string;
    };

interface LakeDeclaration {
  readonly pipelines: ParsedProject["pipelines"];
  readonly target: string;
  readonly root: string;
  readonly declared: Pick<TargetDeclaration, "lake" | "lake_endpoint" | "lake_region">;
  /** Fills environment variables in. */
  readonly fill: (text: string) => string;
}

/** Reads a target's lake settings; what is none is reported at its line. */
export function resolveLake({
  pipelines,
  target,
  root,
  declared,
  fill,
}: LakeDeclaration): LakePlace {
  const refuse = (setting: keyof LakeDeclaration["declared"], message: string, hint: string) =>
    new Failure([
      pipelines.diagnostic("LAKE_INVALID", ["targets", target, setting], message, hint),
    ]);
  const filled = (setting: "lake_endpoint" | "lake_region") => {
    const text = declared[setting];
    return text === undefined ? undefined : fill(text) || undefined;
  };
  const lake = fill(declared.lake);
  const endpoint = filled("lake_endpoint");
  const region = filled("lake_region");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(lake)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (endpoint !== undefined) {
      const message = `The lake ${lake} is a folder, which has no endpoint.`;
      throw refuse("lake_endpoint", message, "Write lake: s3://bucket/prefix, or leave this out.");
    }
    return { kind: "folder", address: path.resolve(root, lake) };
  }
  const hint = "Write a folder, or s3://bucket/prefix.";
  if (scheme !== "s3") throw refuse("lake", `There is no lake on ${scheme}://.`, hint);
  const [bucket = "", ...prefix] = lake.slice("s3://".length).replace(/\/+$/, "").split("/");
  if (!/^[a-z0-9][a-z0-9.-]+$/.test(bucket) || prefix.some((name) => name === "")) {
    throw refuse("lake", `${lake} names no bucket and prefix.`, hint);
  }
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw refuse("lake_endpoint", `${endpoint} is no address.`, "Write http://host:port.");
  }
  return {
    kind: "s3",
    address: ["s3:/", bucket, ...prefix].join("/"),
    bucket,
    prefix: prefix.join("/"),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  };
}
