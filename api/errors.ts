import { TRPCError } from "@trpc/server";

/** Stable codes that a client finds in `error.data.mercado`. They are part of the API: never renamed. */
export type ShopErrorCode =
  | "INPUT_INVALID"
  | "UNAUTHORIZED"
  | "TOKEN_INVALID"
  | "FORBIDDEN"
  | "CUSTOMER_NOT_FOUND"
  | "VENDOR_NOT_FOUND"
  | "ITEM_NOT_FOUND"
  | "EMAIL_TAKEN"
  | "SKU_TAKEN"
  | "ARCHIVED"
  | "CHANGED_MEANWHILE"
  | "ITEM_NOT_IN_CART"
  | "CART_EMPTY"
  | "CART_CHANGED"
  | "CART_LIMIT"
  | "CART_MISMATCH"
  | "PRICE_CHANGED"
  | "VENDOR_CHANGED"
  | "ITEM_UNAVAILABLE"
  | "STOCK_INSUFFICIENT"
  | "IDEMPOTENCY_KEY_REUSED"
  | "CHECKOUT_ABORTED"
  | "TRANSACTION_NOT_FOUND"
  | "REFUND_EXCEEDS_SALE"
  | "ALREADY_REFUNDED"
  | "CANCELLATION_CLOSED"
  | "RATE_LIMITED"
  | "UPLOAD_REFUSED"
  | "UPLOAD_TOO_LARGE"
  | "SERVICE_UNAVAILABLE"
  | "NOT_FOUND"
  | "INTERNAL";

type TrpcCode = TRPCError["code"];

/** An expected failure. `message` says the cause, `hint` the way out, `details` what a program needs. */
export class ShopError extends TRPCError {
  readonly mercado: ShopErrorCode;
  readonly hint: string;
  readonly details: unknown;

  constructor(
    mercado: ShopErrorCode,
    message: string,
    context: { hint: string; details?: unknown; cause?: unknown; code?: TrpcCode },
  ) {
    super({ code: context.code ?? trpcCodeOf(mercado), message, cause: context.cause });
    this.name = "ShopError";
    this.mercado = mercado;
    this.hint = context.hint;
    this.details = context.details ?? null;
  }
}

function trpcCodeOf(code: ShopErrorCode): TrpcCode {
  switch (code) {
    case "INPUT_INVALID":
    case "CART_EMPTY":
      return "BAD_REQUEST";
    case "UNAUTHORIZED":
    case "TOKEN_INVALID":
      return "UNAUTHORIZED";
    case "FORBIDDEN":
      return "FORBIDDEN";
    case "CUSTOMER_NOT_FOUND":
    case "VENDOR_NOT_FOUND":
    case "ITEM_NOT_FOUND":
    case "TRANSACTION_NOT_FOUND":
    case "ITEM_NOT_IN_CART":
    case "NOT_FOUND":
      return "NOT_FOUND";
    case "EMAIL_TAKEN":
    case "SKU_TAKEN":
    case "ARCHIVED":
    case "CHANGED_MEANWHILE":
    case "CART_CHANGED":
    case "CART_LIMIT":
    case "CART_MISMATCH":
    case "PRICE_CHANGED":
    case "VENDOR_CHANGED":
    case "ITEM_UNAVAILABLE":
    case "STOCK_INSUFFICIENT":
    case "IDEMPOTENCY_KEY_REUSED":
    case "CHECKOUT_ABORTED":
    case "REFUND_EXCEEDS_SALE":
    case "ALREADY_REFUNDED":
    case "CANCELLATION_CLOSED":
      return "CONFLICT";
    case "RATE_LIMITED":
      return "TOO_MANY_REQUESTS";
    case "UPLOAD_REFUSED":
      return "UNPROCESSABLE_CONTENT";
    case "UPLOAD_TOO_LARGE":
      return "PAYLOAD_TOO_LARGE";
    case "SERVICE_UNAVAILABLE":
      return "SERVICE_UNAVAILABLE";
    case "INTERNAL":
      return "INTERNAL_SERVER_ERROR";
  }
}

export function customerNotFound(id: number | string): ShopError {
  return new ShopError("CUSTOMER_NOT_FOUND", `There is no customer ${id}.`, {
    hint: "Create the customer first, or look it up with customer.search.",
  });
}

export function vendorNotFound(id: number): ShopError {
  return new ShopError("VENDOR_NOT_FOUND", `There is no vendor ${id}.`, {
    hint: "Create the vendor first, or look it up with vendor.search.",
  });
}

export function itemsNotFound(ids: readonly number[]): ShopError {
  return new ShopError("ITEM_NOT_FOUND", `There is no item ${ids.join(", ")}.`, {
    hint: "Look items up with inventory.search.",
    details: { itemIds: ids },
  });
}

/** Also for somebody else's: that it exists is the business of its customer alone. */
export function transactionNotFound(id: string): ShopError {
  return new ShopError("TRANSACTION_NOT_FOUND", `There is no transaction ${id}.`, {
    hint: "Look for it in transaction.history.",
  });
}

/** `what` the key was used for before. */
export function keyReused(what: string, details?: unknown): ShopError {
  return new ShopError("IDEMPOTENCY_KEY_REUSED", `This idempotency key belongs to a ${what}.`, {
    hint: "Use a new idempotency key for each purchase or refund, and repeat a request unchanged.",
    details,
  });
}

/** `version` of the cart that is there by now, where it is known. */
export function cartChanged(cause: string, version?: number): ShopError {
  return new ShopError("CART_CHANGED", cause, {
    hint: "Read the cart again, show it to the customer, and check out with a new idempotency key.",
    ...(version === undefined ? {} : { details: { version } }),
  });
}
