import { element } from "../elements.ts";
import { showMoney } from "../money.ts";
import type { Transaction } from "../shop.ts";

/** A transaction's lines and total as a table; a refund's are negative. */
export function linesTable({ kind, lines, totalPrice }: Transaction): HTMLElement {
  const head = ["Item", "Quantity", "Price", "Total"];
  return element(
    "table",
    {},
    element("caption", { class: "visually-hidden" }, kind === "refund" ? "Refunded" : "Bought"),
    element(
      "thead",
      {},
      element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text))),
    ),
    element(
      "tbody",
      {},
      ...lines.map((line) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, line.itemName),
          element("td", {}, String(line.quantity).replace("-", "−")),
          element("td", {}, showMoney(line.unitPrice)),
          element("td", {}, showMoney(line.totalPrice)),
        ),
      ),
    ),
    element(
      "tfoot",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "row", colspan: 3 }, kind === "refund" ? "Refunded" : "Total"),
        element("td", {}, showMoney(totalPrice)),
      ),
    ),
  );
}
