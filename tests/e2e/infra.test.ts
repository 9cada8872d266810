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

const targets = {
  serverless: `workgroup: '{{env "WORKGROUP" "mercado"}}'`,
  provisioned: "cluster: mercado",
  "by-user": "cluster: mercado, db_user: runner",
  "by-secret": `workgroup: mercado, secret_arn: "${secret}"`,
} as const;

function pipelinesOf(names: readonly (keyof typeof targets)[], roles = 0): string {
  const declared = names.map((name) => targetOn(name, targets[name])).join("");
  const access = Array.from(
    { length: roles },
    (_, index) =>
      `    role_number_${index}: { description: One of many., zones: { gold: read, work: write }, members: ["*"] }\n`,
  );
  return pipelinesWith(
    roles === 0 ? "" : `access:\n  classes: {}\n  roles:\n${access.join("")}`,
  ).replace(/^models:/m, `${declared}models:`);
}

let project: TestProject;
beforeAll(() => {
  const names = ["serverless", "provisioned", "by-user", "by-secret"] as const;
  project = new TestProject({ ...seedProject, "pipelines.yaml": pipelinesOf(names) });
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

test("a template that is too long as YAML says so, and is handed over as JSON", async () => {
  const long = new TestProject({
    ...seedProject,
    "pipelines.yaml": pipelinesOf(["serverless"], 12),
  });
  try {
    const asYaml = await long.ok("infra", "--target", "serverless");
    expect(Buffer.byteLength(asYaml.stdout)).toBeGreaterThan(51_200);
    expect(asYaml.stderr).toContain(
      "takes 51200 at once. Put it to S3, or print it shorter: --json",
    );
    const asJson = await long.ok("infra", "--target", "serverless", "--json");
    expect(Buffer.byteLength(asJson.stdout)).toBeLessThan(51_200);
    expect(asJson.stderr).toBe("");
    await long.ok("infra", "--target", "serverless", "--check");
  } finally {
    long.close();
  }
});

test("infra has nothing to say of a target that runs on this machine, and names those on AWS", async () => {
  const { code, stdout, stderr } = await project.run(["infra", "--target", "local"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("INFRA_UNSUITABLE");
  expect(stderr).toContain("--target serverless, --target provisioned");
});
