import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";

/** Numbers as DynamoDB gives them back: up to 38 digits, no exponent, no zeros at either end. */
const number = fc
  .tuple(
    fc.boolean(),
    fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }),
    fc.integer({ min: 0, max: 40 }),
  )
  .map(([isNegative, digits, scale]) => {
    const text = String(digits).padStart(scale + 1, "0");
    const whole = text.slice(0, text.length - scale);
    const fraction = text.slice(text.length - scale).replace(/0+$/, "");
    const plain = fraction === "" ? whole : `${whole}.${fraction}`;
    return isNegative && digits !== 0n ? `-${plain}` : plain;
  });

/** Texts as UTF-8 can carry them. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("", '"', "\\", "a,b", "\n", "\r\n", "\u2028", "null", "NaN", "👩‍🚀", "\u0000"),
);

const bytes = fc.uint8Array({ maxLength: 20 });

const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((each) => each !== "__proto__");

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text.map((each): AttributeValue => ({ S: each })),
    number.map((each): AttributeValue => ({ N: each })),
    bytes.map((each): AttributeValue => ({ B: each })),
    fc.boolean().map((each): AttributeValue => ({ BOOL: each })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc
      .uniqueArray(text, { minLength: 1, maxLength: 4 })
      .map((each): AttributeValue => ({ SS: each })),
    fc
      .uniqueArray(number, { minLength: 1, maxLength: 4 })
      .map((each): AttributeValue => ({ NS: each })),
    fc
      .uniqueArray(bytes, { minLength: 1, maxLength: 4, selector: String })
      .map((each): AttributeValue => ({ BS: each })),
    fc.array(tie("value"), { maxLength: 3 }).map((each): AttributeValue => ({ L: each })),
    fc
      .dictionary(name, tie("value"), { maxKeys: 3, noNullPrototype: true })
      .map((each): AttributeValue => ({ M: each })),
  ),
}));

/** Attributes of an item beside its keys. */
export const attributes = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true });

/** The same value with the members of its sets in one order, for comparison. */
export function withSortedSets(given: AttributeValue): AttributeValue {
  if (given.SS !== undefined) return { SS: given.SS.toSorted() };
  if (given.NS !== undefined) return { NS: given.NS.toSorted() };
  if (given.BS !== undefined) {
    const texts = given.BS.map((each) => Buffer.from(each).toString("hex")).toSorted();
    return { BS: texts.map((each) => new Uint8Array(Buffer.from(each, "hex"))) };
  }
  if (given.L !== undefined) return { L: given.L.map(withSortedSets) };
  if (given.M !== undefined) {
    return {
      M: Object.fromEntries(
        Object.entries(given.M).map(([key, each]) => [key, withSortedSets(each)]),
      ),
    };
  }
  return given.B === undefined ? given : { B: new Uint8Array(given.B) };
}
