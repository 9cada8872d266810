/** Where the service takes "now" from; tests and simulations inject their own. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/** ISO 8601 in UTC with six decimals, always 27 characters, so that texts sort as times do. */
export function toTimestamp(date: Date): string {
  return date.toISOString().replace(/Z$/, "000Z");
}
