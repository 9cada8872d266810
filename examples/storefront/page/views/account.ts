import { mergeGuestCart, readCart } from "../cart.ts";
import { element } from "../elements.ts";
import { act, announce, showProblem } from "../messages.ts";
import { pendingCheckout } from "../pending-checkout.ts";
import { currentSession, keepSession, readToken } from "../session.ts";
import { shop } from "../shop.ts";
import type { View } from "./view.ts";

interface Person {
  name: string;
  token: string;
}

/** The customers whom the storefront's own server can sign in on this machine; none elsewhere. */
async function people(): Promise<Person[]> {
  const answer = await fetch("/people.json").catch(() => undefined);
  return answer?.ok === true ? ((await answer.json()) as Person[]) : [];
}

async function signIn(text: string): Promise<void> {
  const session = readToken(text);
  if (typeof session === "string") {
    showProblem(session);
    return;
  }
  keepSession(session);
  const customer = await shop.customer.get
    .query({ id: session.customerId })
    .catch((error: unknown) => {
      keepSession(null);
      throw error;
    });
  await mergeGuestCart();
  const cart = await readCart();
  announce(`Welcome, ${customer.firstName}.`);
  const toBuy = cart !== null && cart.lines.length > 0;
  location.hash = toBuy || pendingCheckout(session.customerId) !== null ? "#/cart" : "#/";
}

export const account: View = async () => {
  const session = currentSession();
  if (session !== null) {
    const { firstName, lastName, email } = await shop.customer.get.query({
      id: session.customerId,
    });
    const out = element("button", { type: "button" }, "Sign out");
    out.addEventListener("click", () => {
      void act(out, async () => {
        keepSession(null);
        await readCart();
        announce("You have signed out.");
        location.hash = "#/";
      });
    });
    return {
      title: "Account",
      content: [
        element("h1", { tabindex: -1 }, `${firstName} ${lastName}`),
        element("p", {}, email),
        out,
      ],
    };
  }
  const known = await people();
  return {
    title: "Sign in",
    content: [
      element("h1", { tabindex: -1 }, "Sign in"),
      known.length === 0 ? undefined : choosing(known),
      pasting(),
    ],
  };
};

function choosing(known: readonly Person[]): HTMLElement {
  const buttons = known.map(({ name, token }) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => void act(button, () => signIn(token)));
    return element("li", {}, button);
  });
  return element(
    "section",
    { "aria-labelledby": "choose" },
    element("h2", { id: "choose" }, "As somebody who shops here"),
    element("ul", { class: "people" }, ...buttons),
  );
}

function pasting(): HTMLElement {
  const field = element("textarea", {
    id: "token",
    rows: 4,
    required: true,
    spellcheck: "false",
    autocomplete: "off",
    "aria-describedby": "token-help",
  });
  const button = element("button", { type: "submit", class: "primary" }, "Sign in");
  return element(
    "form",
    {
      class: "pasting",
      onsubmit: (event) => {
        event.preventDefault();
        void act(button, () => signIn(field.value));
      },
    },
    element("h2", {}, "With a token"),
    element("label", { for: "token" }, "Development token"),
    field,
    element(
      "p",
      { id: "token-help", class: "help" },
      "Print one with ",
      element("code", {}, "npm run token -- customer 1"),
      " and paste it here.",
    ),
    button,
  );
}
