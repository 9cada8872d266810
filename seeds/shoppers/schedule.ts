const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** What one customer does in a day, in this order. */
const ACTIONS = ["put", "checkout", "put", "checkout", "put"] as const;

/** At most a second apart, closer when the window would not hold them all. */
function inWindow(window: { from: number; hours: number }, index: number, count: number): number {
  const step = Math.max(1, Math.min(SECOND, Math.floor((window.hours * HOUR) / count)));
  return window.from * HOUR + index * step;
}

export interface Schedule {
  vendorJoins: (vendorIndex: number) => Date;
  customerJoins: (customerIndex: number) => Date;
  /** `action` counts from 0 in {@link ACTIONS}. */
  customerActs: (customerIndex: number, action: number) => Date;
}

/**
 * When things happen on one day (UTC). Times depend on who acts and not on how often the day was begun, so that a
 * day that was cut off ends with the same times. Later customers act later.
 */
export function scheduleOf(day: string, size: { customers: number; vendors: number }): Schedule {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const at = (offset: number) => new Date(midnight + offset);
  const actions = size.customers * ACTIONS.length;
  return {
    vendorJoins: (index) => at(inWindow({ from: 5, hours: 1 }, index, size.vendors)),
    customerJoins: (index) => at(inWindow({ from: 6, hours: 2 }, index, size.customers)),
    customerActs: (index, action) =>
      at(inWindow({ from: 9, hours: 12 }, index * ACTIONS.length + action, actions)),
  };
}
