import { invalid } from "./data-api-error.ts";

const DEFAULT_RESULTS = 100;

/** A page of a list that may have grown at its front since the last page: the token names the last item told. */
export function pageOfList<Item extends { readonly id: string }>(
  items: readonly Item[],
  request: { NextToken?: string | undefined; MaxResults?: number | undefined },
): { readonly items: readonly Item[]; readonly nextToken: string | undefined } {
  const size = request.MaxResults || DEFAULT_RESULTS;
  const start = request.NextToken === undefined ? 0 : after(items, request.NextToken);
  const page = items.slice(start, start + size);
  const last = page.at(-1);
  const hasMore = start + size < items.length && last !== undefined;
  return { items: page, nextToken: hasMore ? Buffer.from(last.id).toString("base64") : undefined };
}

function after(items: readonly { readonly id: string }[], token: string): number {
  const id = Buffer.from(token, "base64").toString();
  const index = items.findIndex((item) => item.id === id);
  if (index < 0) throw invalid("NextToken is invalid.");
  return index + 1;
}
