import { element } from "../elements.ts";
import { act } from "../messages.ts";
import { currentSession } from "../session.ts";
import { shop, type Transaction } from "../shop.ts";
import { linesTable } from "./lines.ts";
import type { View } from "./view.ts";

const PAGE = 10;

export const orders: View = async () => {
  const heading = element("h1", { tabindex: -1 }, "Your orders");
  if (currentSession() === null) {
    const link = element("a", { href: "#/account" }, "Sign in");
    const text = element("p", { class: "empty" }, link, " to see what you have bought.");
    return { title: "Orders", content: [heading, text] };
  }
  const first = await shop.transaction.history.query({ limit: PAGE });
  if (first.items.length === 0) {
    const text = element("p", { class: "empty" }, "You have not bought anything yet.");
    return { title: "Orders", content: [heading, text] };
  }
  const list = element("div", { class: "orders" }, ...first.items.map(order));
  return { title: "Orders", content: [heading, list, older(list, first.nextCursor)] };
};

function older(list: HTMLElement, cursor: string | null): HTMLElement | undefined {
  if (cursor === null) return undefined;
  const button = element("button", { type: "button" }, "Show older orders");
  button.addEventListener("click", () => {
    void act(button, async () => {
      const page = await shop.transaction.history.query({ limit: PAGE, cursor });
      const added = page.items.map(order);
      list.append(...added);
      const next = older(list, page.nextCursor);
      if (next === undefined) button.remove();
      else button.replaceWith(next);
      added[0]?.focus();
    });
  });
  return button;
}

/** The first characters of a transaction's id: enough to tell one's own orders apart. */
function shortId(transactionId: string): string {
  return transactionId.slice(0, 8);
}

function order(transaction: Transaction): HTMLElement {
  const { kind, transactionId, refersTo, createdAt } = transaction;
  const title =
    kind === "refund" && refersTo !== null
      ? `Refund for order ${shortId(refersTo)}`
      : `Order ${shortId(transactionId)}`;
  const when = new Date(createdAt).toLocaleString("en", {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return element(
    "article",
    { class: `order ${kind}`, tabindex: -1 },
    element("h2", { title: transactionId }, title),
    element("p", { class: "when" }, element("time", { datetime: createdAt }, when)),
    linesTable(transaction),
  );
}
