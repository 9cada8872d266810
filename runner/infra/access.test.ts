import { describe, expect, test } from "@jest/globals";
import { lakePaths } from "../access/lake-paths.ts";
import { shopAccess, shopRelations } from "../access/testing/shop-access.ts";
import { mayRead, rightIn } from "../core/access.ts";
import { zoneOf, zones } from "../core/relation.ts";
import { seesWhole } from "../access/relations.ts";
import { bucketStatements, lakeStatements } from "./access.ts";
import { mayDo } from "./testing/iam.ts";

const roles = shopAccess.roles.map((role) => ({
  role,
  lake: {
    name: role.name,
    databaseRole: `shop_${role.name}`,
    ...lakePaths(role, shopRelations, shopAccess),
  },
}));
const prefix = "shop/lake";
const bucket = bucketStatements({ roles: roles.map(({ lake }) => lake), prefix });
const key = (path: string) => `arn:aws:s3:::lake/${prefix}/${path}`;
const elsewhere = ["_runner/x", "_physical/x", "workshop/x", "goldmine/x", "../other/x"];

/** What IAM says by the policy of a role and the bucket's. */
function may(name: string, action: string, path: string): boolean {
  const found = roles.find(({ lake }) => lake.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  const context = { "aws:PrincipalTag/MercadoRole": name, "s3:prefix": `${prefix}/${path}` };
  const resource = action === "s3:ListBucket" ? "arn:aws:s3:::lake" : key(path);
  return mayDo([...lakeStatements(found.lake, prefix), ...bucket], { action, resource, context });
}

describe.each(roles)("as $lake.name, IAM", ({ role, lake: { name } }) => {
  test("lets each relation's files be read just where the role sees the relation whole", () => {
    const read = shopRelations.map(({ relation }) =>
      may(name, "s3:GetObject", `${relation.replace(".", "/")}/run=1/part-0.parquet`),
    );
    expect(read).toEqual(
      shopRelations.map(
        (each) => mayRead(role, each.relation) && seesWhole(role, each, shopAccess),
      ),
    );
  });

  test.each(["s3:PutObject", "s3:DeleteObject"])(
    "lets %s be done in the zones that it writes alone",
    (action) => {
      const done = zones.map((zone) => may(name, action, `${zone}/my_table/part-0.parquet`));
      expect(done).toEqual(zones.map((zone) => rightIn(role, zone) === "write"));
    },
  );

  test("lets nothing be listed of a zone that the role may not read", () => {
    for (const zone of zones) {
      const listed = may(name, "s3:ListBucket", `${zone}/`);
      if (rightIn(role, zone) === undefined) expect(listed).toBe(false);
    }
    expect(may(name, "s3:ListBucket", "")).toBe(false);
  });

  test.each(elsewhere)("lets nothing be done with %s", (path) => {
    for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]) {
      expect([action, may(name, action, path)]).toEqual([action, false]);
    }
  });

  test("denies what is masked or filtered even to who was allowed all of the bucket besides", () => {
    const all = { Effect: "Allow", Action: ["s3:*"], Resource: ["arn:aws:s3:::lake/*"] };
    const context = { "aws:PrincipalTag/MercadoRole": name };
    for (const each of shopRelations) {
      const resource = key(`${each.relation.replace(".", "/")}/part-0.parquet`);
      const allowed = mayDo([all, ...bucket], { action: "s3:GetObject", resource, context });
      expect([each.relation, allowed]).toEqual([
        each.relation,
        mayRead(role, each.relation) &&
          (seesWhole(role, each, shopAccess) || rightIn(role, zoneOf(each.relation)) === "write"),
      ]);
    }
  });
});

test("every role is denied as much as it is allowed, or there would be nothing to prove", () => {
  const results = roles.flatMap(({ lake: { name } }) =>
    shopRelations.map(({ relation }) =>
      may(name, "s3:GetObject", `${relation.replace(".", "/")}/x`),
    ),
  );
  const allowed = results.filter(Boolean).length;
  expect(results.length - allowed).toBeGreaterThanOrEqual(allowed);
  expect(allowed).toBeGreaterThan(5);
});
