import { createHash } from "node:crypto";

/** The transaction id that one customer's idempotency key of a checkout always leads to. */
export function transactionIdFor(userId: number, idempotencyKey: string): string {
  return uuidOf(`mercado:checkout:${userId}:${idempotencyKey}`);
}

/**
 * Under which id a guest's cart is kept. Whoever holds the guest's id holds the cart, so it is not what the table, its
 * exports and the warehouse show.
 */
export function cartIdFor(guestId: string): string {
  return uuidOf(`mercado:guest:${guestId}`);
}

/** The transaction id that an idempotency key always leads to when something of this customer's is refunded. */
export function refundIdFor(userId: number, idempotencyKey: string): string {
  return uuidOf(`mercado:refund:${userId}:${idempotencyKey}`);
}

/** A name-based UUID (RFC 9562 version 8 over SHA-256). */
function uuidOf(name: string): string {
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
