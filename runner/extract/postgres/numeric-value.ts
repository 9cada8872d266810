import type { ColumnBuffer } from "../segment/column-buffer.ts";

const negative = 0x4000;
const positive = 0x0000;

interface DecimalType {
  readonly precision: number;
  readonly scale: number;
}

const powersOfTen = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/**
 * Appends a numeric in Postgres's binary form (numeric_send in utils/adt/numeric.c: digits of base 10,000 behind their
 * number, the first one's weight, the sign and the scale) as a number without its point. False for NaN, infinity and
 * what has more digits than the type.
 */
export function appendNumeric(
  buffer: ColumnBuffer,
  type: DecimalType,
  view: DataView,
  at: number,
): boolean {
  const digits = view.getUint16(at);
  const weight = view.getInt16(at + 2);
  const sign = view.getUint16(at + 4);
  if (sign !== positive && sign !== negative) return false;
  let exponent = 4 * (weight - digits + 1) + type.scale;
  // With three digits of base 10,000 everything stays below 2^53, unless it is too large anyhow.
  if (digits <= 3 && exponent > -4 && exponent <= 15) {
    let value = 0;
    for (let digit = 0; digit < digits; digit += 1) {
      value = value * 10_000 + view.getUint16(at + 8 + 2 * digit);
    }
    const power = powersOfTen[Math.abs(exponent)] ?? 1;
    if (exponent >= 0) value *= power;
    else if (value % power === 0) value /= power;
    else return false;
    if (value <= Number.MAX_SAFE_INTEGER) {
      if (type.precision <= 15 && value >= (powersOfTen[type.precision] ?? 0)) return false;
      appendSafeInteger(buffer, sign === negative ? -value : value);
      return true;
    }
  }
  let value = 0n;
  for (let digit = 0; digit < digits; digit += 1) {
    value = value * 10_000n + BigInt(view.getUint16(at + 8 + 2 * digit));
  }
  if (value === 0n) exponent = 0;
  // Beyond these bounds a value other than zero does not fit any type, and its power would only take time.
  if (exponent > 38 || exponent < -1000) return false;
  if (exponent >= 0) value *= 10n ** BigInt(exponent);
  else {
    const power = 10n ** BigInt(-exponent);
    if (value % power !== 0n) return false;
    value /= power;
  }
  if (value >= 10n ** BigInt(type.precision)) return false;
  appendInteger(buffer, sign === negative ? -value : value);
  return true;
}

function appendSafeInteger(buffer: ColumnBuffer, value: number): void {
  if (buffer.storedAs === "int32") buffer.appendWord(value);
  else if (buffer.storedAs === "int64") {
    const high = Math.floor(value / 2 ** 32);
    buffer.appendPair(high, (value - high * 2 ** 32) | 0);
  } else appendInteger(buffer, BigInt(value));
}

function appendInteger(buffer: ColumnBuffer, value: bigint): void {
  if (buffer.storedAs === "int32") buffer.appendWord(Number(value));
  else if (buffer.storedAs === "int64") {
    buffer.appendPair(Number(value >> 32n), Number(BigInt.asIntN(32, value)));
  } else buffer.appendWide(value);
}
