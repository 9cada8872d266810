import { stringify } from "yaml";
import { lakePaths } from "../access/lake-paths.ts";
import { roleName } from "../access/wanted.ts";
import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import { checkTemplate, mostTemplateBytes, rules } from "../infra/check-template.ts";
import type { InfraNeeds, InfraSetting } from "../infra/needs.ts";
import { infraTemplate } from "../infra/template.ts";
import type { ParsedProject } from "../parse/project.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { classedRelations } from "./access/classed-relations.ts";
import { accessPrefix } from "./access/declared-access.ts";
import { openProject } from "./project.ts";
import type { LinkedProject } from "./project.ts";
import { declaredTarget, resolveTarget } from "./target.ts";
import type { Target } from "./target.ts";
import type { RedshiftPlace } from "./warehouse-place.ts";

export interface InfraOptions extends GlobalOptions {
  /** Print what is wrong with the template instead of the template. */
  readonly check?: boolean;
}

/** Prints a CloudFormation template of what a target on AWS and the shop's DynamoDB table need, as YAML or JSON. */
export async function infraCommand(options: InfraOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const needs = infraNeeds(linked.project, options.target);
  const template = infraTemplate({ ...needs, roles: await lakeRoles(linked) });
  if (options.check === true) {
    const problems = checkTemplate(template);
    const print = (message: string) =>
      options.json === true ? `${JSON.stringify({ type: "problem", message })}\n` : `${message}\n`;
    process.stdout.write(problems.map(print).join(""));
    const resources = counted(Object.keys(template.Resources).length, "resource");
    process.stderr.write(
      problems.length === 0
        ? `Sound: ${resources}, by ${counted(rules.length, "rule")}. What stands on AWS was not looked at: runner doctor\n`
        : `${counted(problems.length, "problem")} in ${resources}\n`,
    );
    return problems.length === 0 ? exitCodes.ok : exitCodes.failed;
  }
  const text =
    options.json === true
      ? `${JSON.stringify(template)}\n`
      : // As CloudFormation reads YAML: of version 1.1, without anchors.
        stringify(template, { version: "1.1", aliasDuplicateObjects: false, lineWidth: 100 });
  process.stdout.write(text);
  const bytes = Buffer.byteLength(text);
  if (bytes > mostTemplateBytes) {
    const way =
      options.json === true ? "Put it to S3" : "Put it to S3, or print it shorter: --json";
    process.stderr.write(
      `note: of its ${bytes} bytes CloudFormation takes ${mostTemplateBytes} at once. ${way}.\n`,
    );
  }
  return exitCodes.ok;
}

/** Of a project that says who may see what. */
async function lakeRoles(linked: LinkedProject): Promise<InfraNeeds["roles"]> {
  const { access } = linked.project;
  if (access === undefined) return [];
  const relations = await classedRelations(linked);
  const prefix = accessPrefix(linked.project);
  return access.roles.map((role) => ({
    name: role.name,
    databaseRole: roleName(prefix, role.name),
    ...lakePaths(role, relations, access),
  }));
}

/** What a target needs that is not there yet: what its other connections lead to is no part of it. */
export function infraNeeds(project: ParsedProject, name: string | undefined): InfraNeeds {
  const { declared } = declaredTarget(project, name);
  const target = resolveTarget(project, name, ({ connector }) => connector !== "postgres");
  const { warehouse, lake } = target;
  const onAws = Object.entries(project.pipelines.value.targets).flatMap(([other, each]) =>
    each.engine === "redshift" && each.redshift.endpoint === undefined ? [other] : [],
  );
  const refuse = (message: string) => {
    const hint =
      onAws.length === 0
        ? "A target needs engine: redshift with a workgroup or a cluster, and a lake on S3."
        : `Name one on AWS: ${onAws.map((each) => `--target ${each}`).join(", ")}.`;
    return new Failure([{ code: "INFRA_UNSUITABLE", message, hint }]);
  };
  if (warehouse.engine !== "redshift" || lake.kind !== "s3") {
    throw refuse(`The target ${target.name} runs on this machine and needs nothing of AWS.`);
  }
  if (warehouse.endpoint !== undefined || lake.endpoint !== undefined) {
    throw refuse(`The target ${target.name} names servers other than Amazon's.`);
  }
  const texts: Readonly<Record<InfraSetting, string | undefined>> = {
    bucket: declared.lake,
    region: declared.engine === "redshift" ? declared.redshift.region : undefined,
    workgroup: declared.engine === "redshift" ? declared.redshift.workgroup : undefined,
    cluster: declared.engine === "redshift" ? declared.redshift.cluster : undefined,
    database: declared.engine === "redshift" ? declared.redshift.database : undefined,
    iam_role: declared.engine === "redshift" ? declared.redshift.iam_role : undefined,
    table: Object.values(declared.connections).flatMap((connection) =>
      connection.connector === "dynamodb" ? (connection.table ?? []) : [],
    )[0],
  };
  return {
    target: target.name,
    bucket: lake.bucket,
    prefix: lake.prefix,
    region: warehouse.region,
    warehouse: warehouseNeeds(warehouse),
    database: warehouse.database,
    table: shopTableName(target),
    exports: exportPlaces(target),
    roles: [],
    variables: Object.fromEntries(
      Object.entries(texts).flatMap(([setting, text]) => {
        const variable = /\{\{\s*env\s+["'](\w+)["']/.exec(text ?? "")?.[1];
        return variable === undefined ? [] : [[setting, variable]];
      }),
    ),
  };
}

function warehouseNeeds(place: RedshiftPlace): InfraNeeds["warehouse"] {
  const { workgroup, cluster = "", secretArn, dbUser } = place;
  const which =
    workgroup === undefined
      ? ({ kind: "cluster", name: cluster } as const)
      : ({ kind: "workgroup", name: workgroup } as const);
  if (secretArn !== undefined) return { ...which, login: { by: "secret", arn: secretArn } };
  if (dbUser !== undefined) return { ...which, login: { by: "user", name: dbUser } };
  return { ...which, login: { by: "iam" } };
}

/** The name that the API's table has unless it is told another. */
const defaultTable = "mercado_ecommerce";

function shopTableName({ connections }: Target): string {
  const named = Object.values(connections).flatMap((connection) =>
    connection.connector === "dynamodb" ? (connection.table ?? []) : [],
  );
  return named[0] ?? defaultTable;
}

function exportPlaces({ connections }: Target): InfraNeeds["exports"] {
  return Object.values(connections).flatMap((connection) => {
    if (connection.connector !== "dynamodb_export") return [];
    if (!connection.location.startsWith("s3://")) return [];
    const [bucket = "", ...prefix] = connection.location.slice("s3://".length).split("/");
    return [{ bucket, prefix: prefix.filter((part) => part !== "").join("/") }];
  });
}
