import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { TestProject } from "./testing/project.ts";
import { pipelinesWith, regionYaml, seedProject } from "./testing/seed-project.ts";

let project: TestProject;

beforeEach(() => {
  project = new TestProject({
    ...seedProject,
    "pipelines.yaml": pipelinesWith("vars:\n  country: PH\n  names: [North, South]\n"),
  });
});

afterEach(() => {
  project.close();
});

const region = "models/cleaned/region.sql";

async function compiled(...args: readonly string[]): Promise<string> {
  return (await project.ok("compile", "--select", "cleaned.region", ...args)).stdout.trim();
}

describe("variables", () => {
  test("of the command line stand over those of the project, in either form", async () => {
    project.write({ [region]: `select '{{var "country"}}', {{var "rows" 10}}` });
    expect(await compiled()).toBe("select 'PH', 10");
    expect(await compiled("--vars", "country=DE,rows=5")).toBe("select 'DE', 5");
    expect(await compiled("--vars", '{"country": "DE"}', "--vars", "rows=7")).toBe(
      "select 'DE', 7",
    );
  });

  test("may be lists to loop over", async () => {
    project.write({
      [region]: `select {{#each (var "names")}}'{{this}}'{{#unless @last}}, {{/unless}}{{/each}}`,
    });
    expect(await compiled()).toBe("select 'North', 'South'");
    expect(await compiled("--vars", "names: [East]")).toBe("select 'East'");
  });

  test("that nothing reads are refused, with the one that was meant", async () => {
    const ended = await project.run(["compile", "--vars", "contry=DE"]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("VAR_UNKNOWN");
    expect(ended.stderr).toContain('--vars sets "contry", which nothing reads.');
    expect(ended.stderr).toContain('Did you mean "country"?');
  });
});

test("a typed macro imports its types from the runner, and fails at the model's line", async () => {
  project.write({
    "macros/money.ts": `import type { Macro } from "@mercado/runner/macro.ts";

/** An amount, exact. */
const money: Macro<[column: string]> = ({ target, named }, column) =>
  \`/* \${target ?? ""} */ cast(\${column} as decimal(18,\${named?.scale ?? 2}))\`;

export default money;
`,
    [region]: `select region_id,\n  {{money "amount" scale=4}} as region_name\nfrom {{ref "raw.region"}}\n`,
  });
  expect(await compiled()).toContain("/* local */ cast(amount as decimal(18,4))");
  for (const command of ["check", "build"]) {
    const ended = await project.run([command]);
    expect(ended.code).toBe(command === "check" ? 2 : 1);
    expect(ended.stderr).toContain(`${region}:2:3`);
    expect(ended.stderr).toContain('> 2 |   {{money "amount" scale=4}} as region_name');
  }
});

test("an error in a partial's SQL stands at the model's line, with the partial's own", async () => {
  project.write({
    "macros/named.hbs": "region_id,\nregoin_name\n",
    [region]: `select\n  {{> named}}\nfrom {{ref "raw.region"}}\n`,
    "models/cleaned/region.yml": regionYaml(""),
  });
  const ended = await project.run(["build"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(`${region}:2:3`);
  expect(ended.stderr).toContain("in macros/named.hbs:2:1");
  expect(ended.stderr).toContain("> 2 | regoin_name");
});
