import { expect, test } from "@jest/globals";
import { closest, didYouMean } from "./closest.ts";

test("a slip of the keyboard is understood, and another word is not guessed at", () => {
  const names = ["gold.sales", "gold.customer", "cleaned.customer"];
  expect(closest("gold.slaes", names)).toBe("gold.sales");
  expect(closest("GOLD.SALES", names)).toBe("gold.sales");
  expect(closest("warehouse", names)).toBeUndefined();
  expect(closest("x", [])).toBeUndefined();
});

test("a hint falls back to what there is when nothing is near", () => {
  expect(didYouMean("dialy", ["daily"])).toBe('Did you mean "daily"?');
  expect(didYouMean("zzzzzz", ["daily"], "Tags: daily.")).toBe("Tags: daily.");
  expect(didYouMean("zzzzzz", ["daily"])).toBeUndefined();
});
