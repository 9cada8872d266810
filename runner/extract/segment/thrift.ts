/** A value in Thrift's compact protocol, as far as Parquet's metadata needs it. */
export type Thrift =
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "i32" | "i64"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | {
      readonly type: "list";
      readonly of: "i32" | "text" | "struct";
      readonly items: readonly Thrift[];
    }
  | { readonly type: "struct"; readonly fields: Readonly<Record<number, Thrift>> };

export const bool = (value: boolean): Thrift => ({ type: "bool", value });
export const i32 = (value: number): Thrift => ({ type: "i32", value });
export const i64 = (value: number): Thrift => ({ type: "i64", value });
export const text = (value: string): Thrift => ({ type: "text", value });
export const struct = (fields: Readonly<Record<number, Thrift>>): Thrift => ({
  type: "struct",
  fields,
});
export const list = (of: "i32" | "text" | "struct", items: readonly Thrift[]): Thrift => ({
  type: "list",
  of,
  items,
});

const typeCodes = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;

/** The bytes of a value. Fields are written in the order of their numbers. */
export function encodeThrift(value: Thrift): Uint8Array {
  const bytes: number[] = [];
  write(value, bytes);
  return Uint8Array.from(bytes);
}

function write(value: Thrift, bytes: number[]): void {
  switch (value.type) {
    case "bool":
      bytes.push(value.value ? 1 : 2);
      return;
    case "i32":
    case "i64":
      writeZigzag(BigInt(value.value), bytes);
      return;
    case "text": {
      const utf8 = Buffer.from(value.value, "utf8");
      writeVarint(BigInt(utf8.length), bytes);
      bytes.push(...utf8);
      return;
    }
    case "list": {
      const { length } = value.items;
      const code = typeCodes[value.of];
      if (length < 15) bytes.push((length << 4) | code);
      else {
        bytes.push(0xf0 | code);
        writeVarint(BigInt(length), bytes);
      }
      for (const item of value.items) write(item, bytes);
      return;
    }
    case "struct":
      writeStruct(value.fields, bytes);
      return;
    default:
      value satisfies never;
  }
}

function writeStruct(fields: Readonly<Record<number, Thrift>>, bytes: number[]): void {
  let previous = 0;
  for (const [name, field] of Object.entries(fields)) {
    const number = Number(name);
    // A boolean's value is its type's code.
    const code = field.type === "bool" ? (field.value ? 1 : 2) : typeCodes[field.type];
    const step = number - previous;
    if (step <= 15) bytes.push((step << 4) | code);
    else {
      bytes.push(code);
      writeZigzag(BigInt(number), bytes);
    }
    if (field.type !== "bool") write(field, bytes);
    previous = number;
  }
  bytes.push(0);
}

function writeZigzag(value: bigint, bytes: number[]): void {
  writeVarint(value >= 0n ? value * 2n : value * -2n - 1n, bytes);
}

function writeVarint(value: bigint, bytes: number[]): void {
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
}
