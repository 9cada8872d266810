import { expect, test } from "@jest/globals";
import { shopAccess, shopRelations } from "../../access/testing/shop-access.ts";
import { wantedFacts } from "../../access/wanted.ts";
import { accessChanges } from "../../core/access-fact.ts";
import { changeTexts } from "./plan-access.ts";
import { changesOf, printChanges } from "./print-access.ts";

test("what is printed of a change does not tell the key that hashes are made with", () => {
  const access = { ...shopAccess, maskKey: "nobody-knows" };
  const facts = wantedFacts({ prefix: "shop_", access, relations: shopRelations });
  for (const [before, after] of [
    [[], facts],
    [facts, []],
  ] as const) {
    const changes = changesOf(accessChanges(before, after), changeTexts);
    expect(`${printChanges(changes)}${JSON.stringify(changes)}`).not.toContain("nobody-knows");
  }
  const given = printChanges(changesOf(accessChanges([], facts), changeTexts));
  expect(given).toContain("sha2('(mask_key)' || value, 256)");
});
