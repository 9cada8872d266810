import { expect, test } from "@jest/globals";
import { undeclaredClass } from "../core/access.ts";
import { lakePaths } from "./lake-paths.ts";
import { shopAccess, shopRelations } from "./testing/shop-access.ts";

const [engineer] = shopAccess.roles;

/** What an engineer who sees these classes in clear may read as files of the raw zone. */
function rawFiles(clear: readonly string[], toCome?: readonly string[]): readonly string[] {
  if (engineer === undefined) throw new Error("the shop has an engineer");
  const role = { ...engineer, zones: { raw: "read" } as const, clear };
  const relations = shopRelations.map((each) => ({ ...each, ...(toCome && { toCome }) }));
  return lakePaths(role, relations, shopAccess).read;
}

test("who sees all there may ever be may read a zone's files whatever comes, and nobody else", () => {
  expect(rawFiles(["*"], [undeclaredClass])).toEqual(["raw"]);
  expect(rawFiles(["pii", undeclaredClass])).toEqual(["raw/customer"]);
});

test("files of a table whose source may bring columns that nobody declared are for those who see these", () => {
  expect(rawFiles(["pii"])).toEqual(["raw/customer"]);
  expect(rawFiles(["pii"], [undeclaredClass])).toEqual([]);
  expect(rawFiles(["pii", undeclaredClass], [undeclaredClass])).toEqual(["raw/customer"]);
});
