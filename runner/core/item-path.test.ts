import { describe, expect, test } from "@jest/globals";
import { parseColumnPlace, parseExplode, parseItemPath } from "./item-path.ts";

describe("a path into an item", () => {
  test.each([
    ["pk", ["pk"]],
    ["address.city", ["address", "city"]],
    ["phones[0].number", ["phones", 0, "number"]],
    ["grid[1][20]", ["grid", 1, 20]],
    ["Prénom et nom", ["Prénom et nom"]],
  ])("%s leads through %j", (text, steps) => {
    expect(parseItemPath(text)).toEqual({ text, steps });
  });

  test.each(["", ".", "a.", ".a", "a..b", "[0]", "a[", "a[x]", "a[-1]", "a]b", "a[0]b"])(
    "%j is none",
    (text) => {
      expect(parseItemPath(text)).toBeUndefined();
    },
  );
});

test("an explode goes through one list, or through the lists in each element of another", () => {
  const texts = (explode: string) => parseExplode(explode)?.map(({ text }) => text);
  expect(texts("cart")).toEqual(["cart"]);
  expect(texts("order.lines")).toEqual(["order.lines"]);
  expect(texts("cart[].price.discounts")).toEqual(["cart", "price.discounts"]);
  expect(texts("cart[]")).toBeUndefined();
  expect(texts("[].cart")).toBeUndefined();
});

describe("a column's place", () => {
  test.each([
    ["item.address.city", 0, { kind: "value", levels: 0, path: "item.address.city" }],
    ["position", 0, { kind: "value", levels: 0, path: "position" }],
    ["position", 1, { kind: "position", levels: 0 }],
    ["element", 1, { kind: "element", path: "element" }],
    ["item.pk", 1, { kind: "value", levels: 1, path: "pk" }],
    ["item.position", 1, { kind: "value", levels: 1, path: "position" }],
    ["parent.name", 1, { kind: "value", levels: 0, path: "parent.name" }],
    ["parent.position", 2, { kind: "position", levels: 1 }],
    ["parent.parent.sku", 3, { kind: "value", levels: 2, path: "sku" }],
    ["item.pk", 3, { kind: "value", levels: 3, path: "pk" }],
  ])("%s below %i lists", (text, depth, expected) => {
    const place = parseColumnPlace(text, depth);
    expect(
      place !== undefined && "path" in place ? { ...place, path: place.path.text } : place,
    ).toEqual(expected);
  });

  test("is none where the text is no path", () => {
    expect(parseColumnPlace("item.", 1)).toBeUndefined();
  });
});
