import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { accessChanges, factKey } from "../core/access-fact.ts";
import type { AccessFact } from "../core/access-fact.ts";
import { withoutOthers } from "./accepted.ts";
import { shopAccess, shopRelations } from "./testing/shop-access.ts";
import { wantedFacts } from "./wanted.ts";
import type { WantedAccess } from "./wanted.ts";

const wanted: WantedAccess = { prefix: "shop_", access: shopAccess, relations: shopRelations };
const facts = wantedFacts(wanted);

function of<Kind extends AccessFact["kind"]>(kind: Kind, role?: string) {
  return facts.filter(
    (fact): fact is Extract<AccessFact, { readonly kind: Kind }> =>
      fact.kind === kind &&
      (role === undefined || ("role" in fact && fact.role === `shop_${role}`)),
  );
}

const onNames = (
  list: readonly { readonly on: { readonly schema: string; readonly name: string } }[],
) => list.map(({ on }) => `${on.schema}.${on.name}`);

describe("what a warehouse is told", () => {
  test("gives rights on a whole schema only to a role that sees everything in it, so that a view without its masks is readable for nobody else", () => {
    expect(of("scope").map(({ role, schema }) => `${role} ${schema}`)).toEqual([
      ...["shop_engineer raw", "shop_engineer cleaned", "shop_engineer work", "shop_engineer gold"],
    ]);
    expect(onNames(of("relation", "scientist"))).toEqual([
      ...["cleaned.customer", "work.note", "gold.customer", "gold.sales", "gold.date"],
    ]);
    expect(onNames(of("relation", "vendor"))).toEqual(["gold.sales", "gold.date"]);
  });

  test("lets a role use the schemas of its zones, and create in those that it writes", () => {
    const rights = (role: string) =>
      of("schema", role).map(({ schema, right }) => `${right} ${schema}`);
    expect(rights("scientist")).toEqual([
      "usage cleaned",
      "usage work",
      "create work",
      "usage gold",
    ]);
    expect(rights("analyst")).toEqual(["usage gold"]);
    expect(facts.filter((fact) => "schema" in fact && fact.schema.startsWith("_"))).toEqual([]);
  });

  test("hides each column of a class from each role that may not see it, where a hash is no text the whole value", () => {
    const masks = (role: string) =>
      of("mask", role).map(
        ({ on, column, policy }) => `${on.name}.${column} ${policy.replace(/_[0-9a-f]{8}$/, "")}`,
      );
    expect(masks("engineer")).toEqual([]);
    expect(masks("scientist")).toEqual([
      "customer.customer_id shop_hide_integer",
      "customer.email shop_hash_varchar_100",
      "customer.name shop_hide_varchar_50",
      "customer.email shop_hash_varchar_40",
      "customer.joined shop_hide_timestamp",
      "sales.customer_email shop_hash_varchar_100",
    ]);
    expect(masks("analyst")).toContain("customer.phone shop_mask_varchar_20");
    expect(masks("vendor")).toEqual(["sales.customer_email shop_hash_varchar_100"]);
  });

  test("gives two different policies of a column different priorities, the stricter the higher", () => {
    const byColumn = new Map<string, Map<number, Set<string>>>();
    for (const { on, column, priority, policy } of of("mask")) {
      const known =
        byColumn.get(`${on.schema}.${on.name}.${column}`) ?? new Map<number, Set<string>>();
      known.set(priority, (known.get(priority) ?? new Set()).add(policy));
      byColumn.set(`${on.schema}.${on.name}.${column}`, known);
    }
    for (const priorities of byColumn.values()) {
      for (const policies of priorities.values()) expect(policies.size).toBe(1);
    }
  });

  test("puts a policy for every role that reads it on a relation with row security, or they would see nothing", () => {
    expect(onNames(of("filtered"))).toEqual(["gold.sales"]);
    const policies = of("rows").map(
      ({ role, policy }) => `${role} ${policy.replace(/_[0-9a-f]{8}$/, "")}`,
    );
    expect(policies).toEqual([
      ...[
        "shop_engineer shop_all_rows",
        "shop_scientist shop_all_rows",
        "shop_analyst shop_all_rows",
      ],
      "shop_vendor shop_rows_vendor",
    ]);
    const [policy] = of("row_policy").filter(({ name }) => name.startsWith("shop_rows"));
    expect(policy?.definition?.columns.map(({ name }) => name)).toEqual(["vendor_id", "label"]);
    expect(policy?.definition?.attributes).toEqual({ vendor_id: "integer" });
  });

  test("names a policy anew when its mask or key changes, and grants `*` to nobody", () => {
    const other = wantedFacts({ ...wanted, access: { ...shopAccess, maskKey: "other" } });
    const hashes = (list: readonly AccessFact[]) =>
      list.flatMap((fact) =>
        fact.kind === "masking_policy" && fact.name.includes("hash") ? [fact.name] : [],
      );
    expect(hashes(other)).toHaveLength(hashes(facts).length);
    expect(hashes(other).filter((name) => hashes(facts).includes(name))).toEqual([]);
    expect(of("member").map(({ user }) => user)).toEqual([
      ...["shop_probe_engineer", "shop_probe_scientist", "IAM:sam", "shop_probe_analyst"],
      ...["shop_probe_vendor", "vendor_1", "vendor_2"],
    ]);
  });
});

describe("the changes from what a warehouse says to what is wanted", () => {
  test("are none where it says that, whatever of it was done before", () => {
    fc.assert(
      fc.property(fc.subarray([...facts]), (live) => {
        const { add, remove } = accessChanges(live, facts);
        expect(remove).toEqual([]);
        expect(accessChanges([...live, ...add], facts)).toEqual({ add: [], remove: [] });
        const keys = add.map(factKey);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  test("hide what a role may not see before they let it in, and let a role go after all that it had", () => {
    const kinds = accessChanges([], facts).add.map(({ kind }) => kind);
    expect(kinds.lastIndexOf("mask")).toBeLessThan(kinds.indexOf("relation"));
    expect(kinds.lastIndexOf("rows")).toBeLessThan(kinds.indexOf("filtered"));
    expect(kinds.lastIndexOf("filtered")).toBeLessThan(kinds.indexOf("member"));
    const gone = accessChanges(facts, []).remove.map(({ kind }) => kind);
    expect(gone.indexOf("role")).toBeGreaterThan(gone.lastIndexOf("mask"));
    expect(gone.indexOf("masking_policy")).toBeGreaterThan(gone.lastIndexOf("mask"));
    expect(gone).not.toContain("user");
  });

  test("take back a grant by hand to a role of the runner's, and leave alone who takes a role that is anybody's and what users made", () => {
    const byHand: readonly AccessFact[] = [
      {
        kind: "relation",
        role: "shop_analyst",
        on: { schema: "cleaned", name: "customer" },
        right: "select",
      },
      { kind: "member", role: "shop_analyst", user: "eve" },
      { kind: "inherited", role: "shop_analyst", from: "shop_engineer" },
    ];
    const others: readonly AccessFact[] = [
      { kind: "member", role: "shop_engineer", user: "IAM:erin" },
      {
        kind: "relation",
        role: "shop_scientist",
        on: { schema: "work", name: "my_table" },
        right: "select",
      },
    ];
    const made = new Set(shopRelations.map(({ relation }) => relation as string));
    const live = withoutOthers([...facts, ...byHand, ...others], wanted, made);
    expect(accessChanges(live, facts)).toEqual({
      add: [],
      remove: expect.arrayContaining([...byHand]),
    });
    expect(accessChanges(live, facts).remove).toHaveLength(byHand.length);
  });
});
