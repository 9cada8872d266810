import { mergeGuestCart, onCart, readCart } from "./cart.ts";
import { byId, element } from "./elements.ts";
import { clearProblem, showFailure } from "./messages.ts";
import { pendingCheckout } from "./pending-checkout.ts";
import { currentSession } from "./session.ts";
import { account } from "./views/account.ts";
import { browse } from "./views/browse.ts";
import { cart } from "./views/cart.ts";
import { orders } from "./views/orders.ts";
import type { View, ViewName } from "./views/view.ts";

const VIEWS: Record<ViewName, View> = { browse, cart, orders, account };

function currentRoute(): { name: ViewName; parameters: URLSearchParams } {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const name = path in VIEWS ? (path as ViewName) : "browse";
  return { name, parameters: new URLSearchParams(query) };
}

let shownLast = 0;

/** Shows what the address says. An answer that comes after another address was asked for is dropped. */
async function show(problem?: unknown): Promise<void> {
  const turn = (shownLast += 1);
  const signedIn = currentSession() !== null;
  const { name, parameters } = currentRoute();
  const main = byId("main");
  main.setAttribute("aria-busy", "true");
  if (problem === undefined) clearProblem();
  for (const link of document.querySelectorAll<HTMLElement>("nav [data-view]")) {
    if (link.dataset["view"] === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("account-link").textContent = signedIn ? "Account" : "Sign in";
  try {
    const { title, content } = await VIEWS[name](parameters);
    if (turn !== shownLast) return;
    document.title = `${title} · Mercado`;
    main.replaceChildren(...content.filter((child) => child !== undefined));
  } catch (error) {
    if (turn !== shownLast) return;
    showFailure(error);
    // The token is no good and forgotten: as nobody, one may see this view, or the way to sign in.
    if (signedIn && currentSession() === null) return show(error);
    const again = element("button", { type: "button", class: "primary" }, "Try again");
    again.addEventListener("click", () => void show());
    main.replaceChildren(element("h1", { tabindex: -1 }, "This did not work"), again);
  }
  main.removeAttribute("aria-busy");
  window.scrollTo(0, 0);
  if (turn > 1) main.querySelector("h1")?.focus({ preventScroll: true });
}

onCart((content) => {
  const badge = byId("cart-count");
  const lines = content?.lines.length ?? 0;
  badge.hidden = lines === 0;
  badge.textContent = String(lines);
});

byId("skip").addEventListener("click", () => {
  byId("main").focus();
});
window.addEventListener("hashchange", () => void show());
// A link to where one is already leaves the address as it is, and yet asks for that view afresh.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link?.hash && link.hash === location.hash) void show();
});

/** Catches up with what an earlier visit left open: a guest's cart that was not merged, an order that was not answered. */
async function start(): Promise<void> {
  const session = currentSession();
  const open = session !== null && pendingCheckout(session.customerId) !== null;
  if (open && currentRoute().name !== "cart") location.hash = "#/cart";
  else await show();
  await mergeGuestCart()
    .then(readCart)
    .catch(() => undefined);
}

void start();
