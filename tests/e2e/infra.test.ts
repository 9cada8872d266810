import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { TestProject } from "./testing/project.ts";
import { pipelinesWith, seedProject } from "./testing/seed-project.ts";

const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:runner-AbCdEf";

function targetOn(name: string, redshift: string): string {
  return `  ${name}:
    engine: redshift
    redshift: { ${redshift}, database: warehouse, region: eu-central-1 }
    lake: s3://company-lake/shop
    lake_region: eu-central-1
`;
}

let project: TestProject;
beforeAll(() => {
  const targets = [
    targetOn("serverless", `workgroup: '{{env "WORKGROUP" "mercado"}}'`),
    targetOn("provisioned", "cluster: mercado"),
    targetOn("by-user", "cluster: mercado, db_user: runner"),
    targetOn("by-secret", `workgroup: mercado, secret_arn: "${secret}"`),
  ];
  const pipelines = pipelinesWith("").replace(/^models:/m, `${targets.join("")}models:`);
  project = new TestProject({ ...seedProject, "pipelines.yaml": pipelines });
});
afterAll(() => {
  project.close();
});

interface Printed {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  readonly Outputs: Readonly<Record<string, { readonly Description: string }>>;
}

test.each([
  ["serverless", "AWS::RedshiftServerless::Workgroup", "redshift-serverless:GetCredentials"],
  ["provisioned", "AWS::Redshift::Cluster", "redshift:GetClusterCredentialsWithIAM"],
  ["by-user", "AWS::Redshift::Cluster", "redshift:GetClusterCredentials"],
  ["by-secret", "AWS::RedshiftServerless::Workgroup", "secretsmanager:GetSecretValue"],
])(
  "infra prints for the target %s a warehouse and the login that the target names",
  async (target, type, login) => {
    const { stdout } = await project.ok("infra", "--target", target);
    const template = parse(stdout) as Printed;
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(types.filter((each) => /Workgroup$|Cluster$/.test(each))).toEqual([type]);
    const actions = stdout.match(/(?:redshift|redshift-serverless|secretsmanager):Get\w+/g);
    expect(new Set(actions)).toEqual(new Set([login]));
    const asJson = await project.ok("infra", "--target", target, "--json");
    expect(JSON.parse(asJson.stdout)).toEqual(template);
    const { stderr } = await project.ok("infra", "--target", target, "--check");
    expect(stderr).toContain("Sound: ");
  },
);

test("infra says which variable each output is for", async () => {
  const { stdout } = await project.ok("infra", "--target", "serverless");
  const { Outputs } = parse(stdout) as Printed;
  expect(Outputs.Workgroup?.Description).toBe("WORKGROUP");
  expect(Outputs.Cluster).toBeUndefined();
});

test("infra has nothing to say of a target that runs on this machine, and names those on AWS", async () => {
  const { code, stdout, stderr } = await project.run(["infra", "--target", "local"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("INFRA_UNSUITABLE");
  expect(stderr).toContain("--target serverless, --target provisioned");
});
