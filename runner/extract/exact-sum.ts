import { fromScaled, toScaled } from "../core/scaled-decimal.ts";

/** Adds decimals of any number of digits, given as texts. A text that is no decimal counts as 0. */
export class ExactSum {
  readonly #byScale = new Map<number, bigint>();

  add(text: string): void {
    const scale = text.split(".")[1]?.length ?? 0;
    const value = toScaled(text, scale);
    if (value !== undefined) this.#byScale.set(scale, (this.#byScale.get(scale) ?? 0n) + value);
  }

  /** With `scale` digits after the point, or as many as it needs. */
  text(scale: number): string {
    const most = Math.max(scale, ...this.#byScale.keys());
    let sum = 0n;
    for (const [each, value] of this.#byScale) sum += value * 10n ** BigInt(most - each);
    const printed = fromScaled(sum, most);
    const short = toScaled(printed, scale);
    return short === undefined ? printed : fromScaled(short, scale);
  }
}
