import { randomFor } from "./people.ts";

export interface BasketLine {
  itemId: number;
  quantity: number;
}

/** Bought, bought, left behind. */
export type Baskets = [first: BasketLine[], second: BasketLine[], left: BasketLine[]];

const LINES = 2;
const MAX_QUANTITY = 500;

/** What one customer wants on one day: two different items a basket, if there are two. */
export function planBaskets(
  who: { seed: number; dayNumber: number; customerIndex: number },
  itemIds: readonly number[],
): Baskets {
  const random = randomFor(who.seed, "basket", who.dayNumber, who.customerIndex);
  const basket = () =>
    random.helpers
      .arrayElements([...itemIds], LINES)
      .map((itemId) => ({ itemId, quantity: random.number.int({ min: 1, max: MAX_QUANTITY }) }));
  return [basket(), basket(), basket()];
}
