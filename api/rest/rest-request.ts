import type { Fields } from "./names.ts";

/** One request, its path, query and body taken together, named as the procedures name them. */
export interface RestRequest {
  input: Fields;
  /** The header Idempotency-Key. */
  idempotencyKey: string | undefined;
}
