import { createHash } from "node:crypto";

/**
 * The transaction id that one customer's idempotency key always leads to: a name-based UUID
 * (RFC 9562 version 8 over SHA-256).
 */
export function transactionIdFor(userId: number, idempotencyKey: string): string {
  const name = `mercado:checkout:${userId}:${idempotencyKey}`;
  const bytes = createHash("sha256").update(name, "utf8").digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
