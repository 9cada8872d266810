const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*?)0*)?$/;

/** `12.5` at scale 2 is 1250n; undefined for what is no decimal or has more digits than the scale. */
export function toScaled(text: string, scale: number): bigint | undefined {
  const [, sign, whole = "", fraction = ""] = decimalPattern.exec(text) ?? [];
  if (sign === undefined || fraction.length > scale) return undefined;
  if (!/\d/.test(text)) return undefined;
  const value = BigInt(`0${whole}${fraction.padEnd(scale, "0")}`);
  return sign === "-" ? -value : value;
}

/** 1250n at scale 2 is `12.50`. */
export function fromScaled(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  if (scale === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The exact difference of two decimals, at the larger of their scales; undefined when one is no decimal. */
export function differenceOf(one: string, other: string): string | undefined {
  const scale = Math.max(...[one, other].map((text) => text.split(".")[1]?.length ?? 0));
  const left = toScaled(one, scale);
  const right = toScaled(other, scale);
  if (left === undefined || right === undefined) return undefined;
  return fromScaled(left - right, scale);
}

/** The exact sum of decimals, at the largest of their scales; undefined when one is no decimal. */
export function sumOf(texts: readonly string[]): string | undefined {
  const scale = Math.max(0, ...texts.map((text) => text.split(".")[1]?.length ?? 0));
  let sum = 0n;
  for (const text of texts) {
    const value = toScaled(text, scale);
    if (value === undefined) return undefined;
    sum += value;
  }
  return fromScaled(sum, scale);
}
