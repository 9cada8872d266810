import { createHash } from "node:crypto";

/**
 * Remembers texts in about fifty bytes each, whatever their length, by the first 128 bits of their SHA-256: two
 * different ones are never taken for one another in practice.
 */
export class KeySet {
  #size = 0;
  /** Two words a place, both zero where it is free. */
  #places = new BigUint64Array(2 * 1024);

  get size(): number {
    return this.#size;
  }

  has(text: string): boolean {
    const digest = digestOf(text);
    return this.#places[this.#placeOf(this.#places, digest)] !== 0n;
  }

  /** Whether it was not there before. */
  add(text: string): boolean {
    const digest = digestOf(text);
    const place = this.#placeOf(this.#places, digest);
    if (this.#places[place] !== 0n) return false;
    this.#places[place] = digest.high;
    this.#places[place + 1] = digest.low;
    this.#size += 1;
    // Half of the places stay free, so that a search is short.
    if (this.#size * 4 > this.#places.length) this.#grow();
    return true;
  }

  #placeOf(places: BigUint64Array, { high, low }: Digest): number {
    const count = places.length / 2;
    let place = Number(low % BigInt(count));
    for (;;) {
      const found = places[2 * place] ?? 0n;
      if (found === 0n || (found === high && places[2 * place + 1] === low)) return 2 * place;
      place = (place + 1) % count;
    }
  }

  #grow(): void {
    const grown = new BigUint64Array(2 * this.#places.length);
    for (let place = 0; place < this.#places.length; place += 2) {
      const high = this.#places[place] ?? 0n;
      if (high === 0n) continue;
      const low = this.#places[place + 1] ?? 0n;
      const target = this.#placeOf(grown, { high, low });
      grown[target] = high;
      grown[target + 1] = low;
    }
    this.#places = grown;
  }
}

interface Digest {
  /** Never zero. */
  readonly high: bigint;
  readonly low: bigint;
}

function digestOf(text: string): Digest {
  const bytes = createHash("sha256").update(text).digest();
  return { high: bytes.readBigUInt64LE(0) || 1n, low: bytes.readBigUInt64LE(8) };
}
