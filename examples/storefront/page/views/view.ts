import type { Child } from "../elements.ts";

export interface Shown {
  /** Of the document. */
  title: string;
  /** Holds one `h1`, which takes the focus. */
  content: Child[];
}

/** One page of the storefront. Throws what the shop's client throws. */
export type View = (parameters: URLSearchParams) => Promise<Shown>;

export type ViewName = "browse" | "cart" | "orders" | "account";
