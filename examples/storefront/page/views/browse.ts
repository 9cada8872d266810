import { addToCart } from "../cart.ts";
import { element } from "../elements.ts";
import { act, announce } from "../messages.ts";
import { showMoney } from "../money.ts";
import { shop, vendorName, type Item } from "../shop.ts";
import type { View } from "./view.ts";

const PAGE = 12;
const FEW = 5;

/** Where each page of a search begins, as far as it has been seen: for the way back. */
const seen = new Map<string, (string | undefined)[]>();

function hrefOf(query: string, page: number, cursor?: string): string {
  const parameters = new URLSearchParams();
  if (query !== "") parameters.set("q", query);
  if (page > 1 && cursor !== undefined) {
    parameters.set("page", String(page));
    parameters.set("from", cursor);
  }
  const text = parameters.toString();
  return `#/${text === "" ? "" : `?${text}`}`;
}

export const browse: View = async (parameters) => {
  const query = (parameters.get("q") ?? "").trim();
  const cursor = parameters.get("from") ?? undefined;
  const page = cursor === undefined ? 1 : Number(parameters.get("page") ?? "2");
  const found = await shop.inventory.search.query({
    query: query === "" ? undefined : query,
    cursor,
    limit: PAGE,
  });
  const starts = seen.get(query) ?? [];
  starts[page] = cursor;
  seen.set(query, starts);
  const vendors = await Promise.all(found.items.map((item) => vendorName(item.vendorId)));
  const title = query === "" ? "All items" : `Items for “${query}”`;
  return {
    title: query === "" ? "Browse" : title,
    content: [
      searchForm(query),
      element("h1", { tabindex: -1 }, title),
      found.items.length === 0
        ? element("p", { class: "empty" }, emptyText(query))
        : element(
            "ul",
            { class: "cards" },
            ...found.items.map((item, index) => card(item, vendors[index] ?? "")),
          ),
      pages({ query, page, before: starts[page - 1], next: found.nextCursor }),
    ],
  };
};

function emptyText(query: string): string {
  return query === ""
    ? "The shop has nothing to sell yet."
    : "Nothing was found. Try another word.";
}

function searchForm(query: string): HTMLElement {
  const input = element("input", {
    type: "search",
    id: "search",
    value: query,
    autocomplete: "off",
    maxlength: 100,
    placeholder: "Shoes, lamp, …",
  });
  return element(
    "form",
    {
      role: "search",
      class: "search",
      onsubmit: (event) => {
        event.preventDefault();
        location.hash = hrefOf(input.value.trim(), 1);
      },
    },
    element("label", { for: "search" }, "Search items"),
    input,
    element("button", { type: "submit", class: "primary" }, "Search"),
  );
}

function card(item: Item, vendor: string): HTMLElement {
  const soldOut = item.stock === 0;
  const tile = element("div", { class: "tile", "aria-hidden": "true" }, item.itemName.slice(0, 1));
  tile.style.setProperty("--hue", String((item.id * 47) % 360));
  return element(
    "li",
    { class: "card" },
    tile,
    element("h2", {}, item.itemName),
    element("p", { class: "vendor" }, `by ${vendor}`),
    element(
      "p",
      { class: "price" },
      element("span", { class: "amount" }, showMoney(item.price)),
      item.stock > 0 && item.stock <= FEW
        ? element("span", { class: "few" }, `only ${item.stock} left`)
        : undefined,
    ),
    soldOut ? element("p", { class: "sold-out" }, "Sold out") : adding(item),
  );
}

function adding(item: Item): HTMLElement {
  const quantity = element("input", {
    type: "number",
    min: 1,
    max: Math.min(item.stock, 10_000),
    step: 1,
    value: 1,
    required: true,
    inputmode: "numeric",
    "aria-label": `Quantity of ${item.itemName}`,
  });
  const button = element(
    "button",
    { type: "submit", "aria-label": `Add ${item.itemName} to the cart` },
    "Add to cart",
  );
  return element(
    "form",
    {
      class: "adding",
      onsubmit: (event) => {
        event.preventDefault();
        const count = quantity.valueAsNumber;
        void act(button, async () => {
          await addToCart(item.id, count);
          quantity.value = "1";
          announce(`${count} × ${item.itemName} added to your cart.`);
        });
      },
    },
    quantity,
    button,
  );
}

function pages(where: {
  query: string;
  page: number;
  before: string | undefined;
  next: string | null;
}): HTMLElement | undefined {
  const { query, page, before, next } = where;
  if (page === 1 && next === null) return undefined;
  return element(
    "nav",
    { class: "pages", "aria-label": "Pages" },
    page > 1
      ? element("a", { href: hrefOf(query, page - 1, before), rel: "prev" }, "← Previous")
      : element("span", {}),
    element("span", {}, `Page ${page}`),
    next === null
      ? element("span", {})
      : element("a", { href: hrefOf(query, page + 1, next), rel: "next" }, "Next →"),
  );
}
