import { setTimeout as pause } from "node:timers/promises";

export interface Clock {
  /** Milliseconds, never running back. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

const machineClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => pause(milliseconds),
};

/**
 * Read capacity units that all readers of a connection share: a bucket that holds what one second brings. What a read
 * will take is not known before, so it reserves what it expects and settles the difference afterwards; a debt is waited
 * out by whoever comes next.
 */
export class CapacityBudget {
  readonly unitsPerSecond: number;
  readonly #clock: Clock;
  #units: number;
  #filledAt: number;

  constructor(unitsPerSecond: number, clock = machineClock) {
    this.unitsPerSecond = unitsPerSecond;
    this.#clock = clock;
    this.#units = unitsPerSecond;
    this.#filledAt = clock.now();
  }

  /** Waits until the units are there, in the order of the calls, and takes them. */
  async reserve(units: number): Promise<void> {
    this.#fill();
    this.#units -= units;
    if (this.#units < 0) {
      await this.#clock.sleep((-this.#units / this.unitsPerSecond) * 1000);
    }
  }

  /** What was reserved took `used` units. */
  settle(reserved: number, used: number): void {
    this.#fill();
    this.#units = Math.min(this.unitsPerSecond, this.#units + reserved - used);
  }

  #fill(): void {
    const now = this.#clock.now();
    const brought = ((now - this.#filledAt) / 1000) * this.unitsPerSecond;
    this.#units = Math.min(this.unitsPerSecond, this.#units + brought);
    this.#filledAt = now;
  }
}

/**
 * How many items a page may hold so that one page takes no more than `unitsPerPage`, by what the items that were read
 * so far took each.
 */
export class PageSize {
  readonly #unitsPerPage: number;
  #unitsPerItem: number;
  #isGuess = true;

  /** `unitsPerItem` is a first guess, by default what the largest item takes: 400 KB, strongly consistent. */
  constructor(unitsPerPage: number, unitsPerItem = 100) {
    this.#unitsPerPage = Math.max(1, unitsPerPage);
    this.#unitsPerItem = Math.max(smallestRead, unitsPerItem);
  }

  /** At least one. */
  get items(): number {
    return Math.max(1, Math.floor(this.#unitsPerPage / this.#unitsPerItem));
  }

  /** What a page of that many items will take, as far as is known. */
  unitsOf(items: number): number {
    return Math.max(0.5, items * this.#unitsPerItem);
  }

  measured(items: number, units: number): void {
    if (items === 0) return;
    const measured = Math.max(smallestRead, units / items);
    // Growth counts at once, so that larger items do not take the budget by surprise twice.
    this.#unitsPerItem = this.#isGuess
      ? measured
      : Math.max(measured, 0.7 * this.#unitsPerItem + 0.3 * measured);
    this.#isGuess = false;
  }
}

/** An empty page takes half a unit; items of a few bytes share their units with hundreds of others. */
const smallestRead = 0.001;
