import type { ShopFailure } from "mercado-shop-client";
import { changeQuantity, readCart, removeFromCart } from "../cart.ts";
import { differencesIn, describeDifference, remediesFor, type Difference } from "../conflict.ts";
import { element, type Child } from "../elements.ts";
import { act, announce, showProblem } from "../messages.ts";
import { showMoney } from "../money.ts";
import { pendingCheckout, sendCheckout, type PendingCheckout } from "../pending-checkout.ts";
import { currentSession, keepSession } from "../session.ts";
import type { Cart, Transaction } from "../shop.ts";
import { describeFailure } from "../words.ts";
import { linesTable } from "./lines.ts";
import type { View } from "./view.ts";

/** The cart, and what becomes of it: a conflict, a checkout that is not answered yet, or the receipt. */
export const cart: View = async () => {
  const session = currentSession();
  const pending = session === null ? null : pendingCheckout(session.customerId);
  const place = element("div", { id: "cart" });
  if (pending !== null) {
    place.append(element("h1", { tabindex: -1 }, "Finishing your order…"));
    void check(place, pending);
  } else {
    place.append(...cartContent(place, await readCart()));
  }
  return { title: "Cart", content: [place] };
};

function replace(place: HTMLElement, ...content: Child[]): void {
  place.replaceChildren(...content.filter((child) => child !== undefined));
}

function cartContent(place: HTMLElement, content: Cart | null, conflict?: HTMLElement): Node[] {
  const heading = element("h1", { tabindex: -1 }, "Your cart");
  const nodes: (Node | undefined)[] = [heading, conflict];
  if (content === null || content.lines.length === 0) {
    const link = element("a", { href: "#/" }, "Look around");
    nodes.push(element("p", { class: "empty" }, "There is nothing in your cart. ", link, "."));
  } else {
    nodes.push(
      element("ul", { class: "lines" }, ...content.lines.map((line) => lineOf(place, line))),
      element(
        "p",
        { class: "total" },
        "Total ",
        element("strong", { id: "total" }, showMoney(content.totalPrice)),
      ),
      element(
        "p",
        { class: "help" },
        "Prices as they were when you put the items in; they are checked when you order.",
      ),
      ordering(place, content),
    );
  }
  return nodes.filter((node) => node !== undefined);
}

/** Shows the cart as it is now, and leaves the focus on the control that was used, if it is still there. */
async function refresh(place: HTMLElement): Promise<void> {
  const focused = document.activeElement?.id ?? "";
  replace(place, ...cartContent(place, await readCart()));
  const again = focused === "" ? null : document.getElementById(focused);
  (again ?? place.querySelector("h1"))?.focus();
}

function lineOf(place: HTMLElement, line: Cart["lines"][number]): HTMLElement {
  const { itemId, itemName, quantity, unitPrice, totalPrice } = line;
  const field = element("input", {
    type: "number",
    id: `quantity-${itemId}`,
    min: 1,
    max: 10_000,
    step: 1,
    value: quantity,
    required: true,
    inputmode: "numeric",
    "aria-label": `Quantity of ${itemName}`,
  });
  field.addEventListener("change", () => {
    if (!field.reportValidity()) return;
    const wanted = field.valueAsNumber;
    void act(field, async () => {
      await changeQuantity(itemId, wanted).finally(() => refresh(place));
      announce(`${wanted} × ${itemName} in your cart.`);
    });
  });
  const remove = element(
    "button",
    { type: "button", class: "quiet", "aria-label": `Remove ${itemName}` },
    "Remove",
  );
  remove.addEventListener("click", () => {
    void act(remove, async () => {
      await removeFromCart(itemId);
      await refresh(place);
      announce(`${itemName} removed.`);
    });
  });
  return element(
    "li",
    {},
    element(
      "div",
      { class: "what" },
      element("strong", {}, itemName),
      element("span", { class: "each" }, `${showMoney(unitPrice)} each`),
    ),
    field,
    element("span", { class: "line-total" }, showMoney(totalPrice)),
    remove,
  );
}

function ordering(place: HTMLElement, content: Cart): HTMLElement {
  const session = currentSession();
  if (session === null) {
    const link = element("a", { href: "#/account", class: "button primary" }, "Sign in to order");
    return element("p", { class: "ordering" }, link);
  }
  const button = element(
    "button",
    { type: "button", id: "order", class: "primary" },
    `Order for ${showMoney(content.totalPrice)}`,
  );
  button.addEventListener("click", () => {
    void act(button, async () => {
      await order(place, {
        customerId: session.customerId,
        idempotencyKey: crypto.randomUUID(),
        cartVersion: content.version,
        expectedTotal: content.totalPrice,
      });
    });
  });
  return element("p", { class: "ordering" }, button);
}

async function order(place: HTMLElement, request: PendingCheckout): Promise<void> {
  const outcome = await sendCheckout(request);
  switch (outcome.kind) {
    case "bought":
      replace(place, ...receipt(outcome.transaction));
      // The receipt stands, whether or not the cart's count can be read.
      void readCart().catch(() => undefined);
      break;
    case "refused": {
      const differences = differencesIn(outcome.failure.details);
      const content = await readCart();
      if (differences.length === 0) showProblem(describeFailure(outcome.failure));
      const panel = differences.length === 0 ? undefined : conflict(place, content, differences);
      replace(place, ...cartContent(place, content, panel));
      break;
    }
    case "open":
      if (isSignedOut(outcome.failure)) {
        // It is found again, and finished, once the customer has signed in.
        keepSession(null);
        announce("Please sign in again to finish your order.");
        location.hash = "#/account";
        return;
      }
      replace(place, ...openOrder(place, request, describeFailure(outcome.failure)));
  }
  const panel = place.querySelector<HTMLElement>(".conflict h2") ?? place.querySelector("h1");
  panel?.focus();
}

function isSignedOut({ mercado }: ShopFailure): boolean {
  return mercado === "TOKEN_INVALID" || mercado === "UNAUTHORIZED";
}

/** Sends a checkout again that this page does not know the answer of. */
function check(place: HTMLElement, pending: PendingCheckout): Promise<void> {
  return act(place, () => order(place, pending));
}

function receipt(transaction: Transaction): Node[] {
  return [
    element("h1", { tabindex: -1 }, "Thank you for your order"),
    element(
      "p",
      {},
      "Order number ",
      element("code", { id: "order-number" }, transaction.transactionId),
    ),
    linesTable(transaction),
    element("p", {}, element("a", { href: "#/orders" }, "See all your orders")),
  ];
}

function openOrder(place: HTMLElement, pending: PendingCheckout, reason: string): Node[] {
  const button = element("button", { type: "button", class: "primary" }, "Check my order");
  button.addEventListener("click", () => void check(place, pending));
  return [
    element("h1", { tabindex: -1 }, "Your order is not confirmed yet"),
    element("p", {}, reason),
    element(
      "p",
      {},
      `It is for ${showMoney(pending.expectedTotal)}. Checking it again is safe: you buy once, however often you check.`,
    ),
    element("p", {}, button),
  ];
}

function conflict(
  place: HTMLElement,
  content: Cart | null,
  differences: readonly Difference[],
): HTMLElement {
  const nameOf = ({ itemId }: Difference) =>
    content?.lines.find((line) => line.itemId === itemId)?.itemName ?? `Item ${itemId}`;
  const button = element("button", { type: "button", class: "primary" }, "Update my cart");
  button.addEventListener("click", () => {
    void act(button, async () => {
      for (const remedy of remediesFor(differences)) {
        if (remedy.does === "remove") await removeFromCart(remedy.itemId);
        else await changeQuantity(remedy.itemId, remedy.quantity);
      }
      await refresh(place);
      announce(`Your cart is up to date. The total is ${shownTotal()}.`);
    });
  });
  return element(
    "section",
    { class: "conflict", "aria-labelledby": "conflict" },
    element(
      "h2",
      { id: "conflict", tabindex: -1 },
      "Nothing was ordered: this has changed meanwhile",
    ),
    element(
      "ul",
      {},
      ...differences.map((difference) =>
        element("li", {}, describeDifference(difference, nameOf(difference))),
      ),
    ),
    button,
  );
}

function shownTotal(): string {
  return document.getElementById("total")?.textContent ?? showMoney("0.00");
}
