import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { signToken } from "../../api/roles/sign-token.ts";
import { startApi, type Api } from "../../api/server.ts";
import { countStock, openTestShop, signUp, type TestShop } from "../../api/testing.ts";
import { serveStorefront, type Storefront } from "../../examples/storefront/server/storefront.ts";
import { findChromium } from "./testing/chromium.ts";

const executablePath = findChromium();
const secret = "a secret that only this test and its shop know";

const where =
  executablePath === undefined
    ? "the storefront (skipped: no Chromium on the PATH or in CHROMIUM_PATH)"
    : "the storefront in Chromium";

(executablePath === undefined ? describe.skip : describe)(where, () => {
  let shop: TestShop;
  let storefront: Storefront;
  let api: Api;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complained of, apart from answers that the test asked for. */
  let complaints: string[];

  beforeAll(async () => {
    shop = await openTestShop();
    let shopUrl = "";
    storefront = await serveStorefront({ shopUrl: () => shopUrl });
    const { postgresUrl, dynamodb } = shop;
    api = await startApi({
      postgresUrl,
      dynamodb,
      clock: () => shop.time.now,
      authentication: { kind: "secret", secret },
      serving: { corsOrigins: [storefront.url] },
    });
    shopUrl = api.url;
    browser = await chromium.launch({
      executablePath: executablePath ?? "",
      args: ["--no-sandbox"],
    });
  });
  afterAll(async () => {
    await browser.close();
    await storefront.close();
    await api.close();
    await shop.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 390, height: 800 } });
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    complaints = [];
    page.on("console", (message) => {
      const isRefusal = /status of 40[19]|net::ERR_FAILED/.test(message.text());
      if (message.type() === "error" && !isRefusal) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  async function listItem(itemName: string, price: string, stock = 50): Promise<number> {
    const vendor = await shop.client.vendor.create.mutate({ vendorName: "Hubbard", region: "GW" });
    const item = { vendorId: vendor.id, itemName, category: 1, price, stock };
    return (await shop.client.inventory.create.mutate(item)).id;
  }

  async function signIn(userId: number): Promise<void> {
    const token = await signToken({ role: "customer", customerId: userId }, { secret });
    await page.getByRole("link", { name: "Sign in", exact: true }).click();
    await page.getByLabel("Development token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "Account" }).waitFor();
  }

  /** A customer who has signed in, with these in the cart, which is open. */
  async function openCart(lines: { itemId: number; quantity: number }[]): Promise<number> {
    const userId = await signUp(shop);
    await shop.client.cart.put.mutate({ userId, lines });
    await page.goto(storefront.url);
    await signIn(userId);
    await page.getByRole("heading", { name: "Your cart" }).waitFor();
    return userId;
  }

  const history = async (userId: number) =>
    (await shop.client.transaction.history.query({ userId })).items;

  test("a guest finds an item, puts it into the cart, signs in, buys it, and sees it refunded", async () => {
    const itemId = await listItem("Walnut Bookshelf", "1250.50", 9);
    const userId = await signUp(shop);
    await page.goto(storefront.url);
    await page.getByLabel("Search items").fill("walnt booksh");
    await page.getByRole("button", { name: "Search" }).click();
    const card = page.getByRole("listitem").filter({ hasText: "Walnut Bookshelf" });
    await card.getByText("1,250.50").waitFor();
    await card.getByText("by Hubbard").waitFor();
    await card.getByLabel("Quantity of Walnut Bookshelf").fill("2");
    await card.getByRole("button", { name: "Add Walnut Bookshelf to the cart" }).click();
    await page.getByText("2 × Walnut Bookshelf added to your cart.").waitFor();

    await page.getByRole("link", { name: "Cart 1" }).click();
    await page.getByText("2,501.00").first().waitFor();
    await page.getByRole("link", { name: "Sign in to order" }).waitFor();
    await signIn(userId);
    // Who has something in the cart is led back to it.
    await page.getByRole("heading", { name: "Your cart" }).waitFor();
    const quantity = page.getByLabel("Quantity of Walnut Bookshelf");
    expect(await quantity.inputValue()).toBe("2");
    await quantity.fill("3");
    await quantity.press("Tab");
    await page.getByRole("button", { name: "Order for 3,751.50" }).click();
    await page.getByRole("heading", { name: "Thank you for your order" }).waitFor();
    const number = await page.locator("#order-number").innerText();
    const [bought] = await history(userId);
    expect(bought).toMatchObject({ transactionId: number, totalPrice: "3751.50" });
    expect(await countStock(shop, itemId)).toEqual({ available: 6, reserved: 0, sold: 3 });
    await page.getByRole("link", { name: "Cart", exact: true }).click();
    await page.getByText("There is nothing in your cart.").waitFor();

    await page.getByRole("link", { name: "Orders" }).click();
    const order = page.getByRole("article").filter({ hasText: `Order ${number.slice(0, 8)}` });
    await order.getByRole("cell", { name: "3,751.50" }).first().waitFor();

    await shop.client.transaction.refund.mutate({
      userId,
      transactionId: number,
      idempotencyKey: "one-was-scratched",
      lines: [{ lineNumber: 1, quantity: 1 }],
    });
    await page.getByRole("link", { name: "Orders" }).click();
    const refund = page
      .getByRole("article")
      .filter({ hasText: `Refund for order ${number.slice(0, 8)}` });
    await refund.getByRole("cell", { name: "−1,250.50" }).first().waitFor();
  });

  test("what a guest put is added to what the customer had, once, also when the merge's answer is lost", async () => {
    const lamp = await listItem("Brass Lamp", "20.00");
    const userId = await signUp(shop);
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: lamp, quantity: 1 }] });
    await page.goto(`${storefront.url}/#/?q=brass`);
    await page.getByRole("button", { name: "Add Brass Lamp to the cart" }).click();
    await page.getByText("1 × Brass Lamp added").waitFor();
    let sent = 0;
    await page.route(/cart\.merge/, async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      sent += 1;
      if (sent > 1) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await signIn(userId);
    await page.getByRole("heading", { name: "Your cart" }).waitFor();
    expect(await page.getByLabel("Quantity of Brass Lamp").inputValue()).toBe("2");
    expect(sent).toBe(2);
  });

  test("a price that rose and an item that ran short are shown line by line, and nothing is bought until agreed", async () => {
    const chair = await listItem("Oak Chair", "80.00");
    const rug = await listItem("Wool Rug", "45.00");
    const userId = await openCart([
      { itemId: chair, quantity: 1 },
      { itemId: rug, quantity: 5 },
    ]);
    await shop.client.inventory.update.mutate({ id: chair, price: "81.50" });
    await shop.client.inventory.update.mutate({ id: rug, stock: 3 });
    await page.getByRole("button", { name: "Order for 305.00" }).click();
    await page.getByText("Oak Chair: the price was 80.00, it is 81.50.").waitFor();
    await page.getByText("Wool Rug: only 3 left, you want 5.").waitFor();
    expect(await history(userId)).toEqual([]);
    await page.getByRole("button", { name: "Update my cart" }).click();
    await page.getByRole("button", { name: "Order for 216.50" }).click();
    await page.getByRole("heading", { name: "Thank you for your order" }).waitFor();
    expect((await history(userId)).map((sale) => sale.totalPrice)).toEqual(["216.50"]);
  });

  test("a page that is reloaded in the middle of a checkout finishes it, and buys once", async () => {
    const itemId = await listItem("Steel Kettle", "30.00", 10);
    const userId = await openCart([{ itemId, quantity: 2 }]);
    let sent = 0;
    let carriedOut: () => void = () => undefined;
    const bought = new Promise<void>((resolve) => {
      carriedOut = resolve;
    });
    // The shop works, and its first answer never reaches the page.
    await page.route(/checkout\.create/, async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      sent += 1;
      if (sent > 1) return route.continue();
      await route.fetch();
      carriedOut();
    });
    await page.getByRole("button", { name: "Order for 60.00" }).click();
    await bought;
    await page.reload();
    await page.getByRole("heading", { name: "Thank you for your order" }).waitFor();
    const sales = await history(userId);
    expect(sales).toHaveLength(1);
    expect(await page.locator("#order-number").innerText()).toBe(sales[0]!.transactionId);
    expect(sent).toBe(2);
    expect(await countStock(shop, itemId)).toEqual({ available: 8, reserved: 0, sold: 2 });
  });

  test("a shop that is away leaves an order open, which is checked again and bought once", async () => {
    const itemId = await listItem("Copper Pan", "15.00", 10);
    const userId = await openCart([{ itemId, quantity: 1 }]);
    await page.route(/checkout\.create/, (route) => route.abort());
    await page.getByRole("button", { name: "Order for 15.00" }).click();
    await page.getByRole("heading", { name: "Your order is not confirmed yet" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Your order is not confirmed yet" }).waitFor();
    await page.unroute(/checkout\.create/);
    await page.getByRole("button", { name: "Check my order" }).click();
    await page.getByRole("heading", { name: "Thank you for your order" }).waitFor();
    expect(await history(userId)).toHaveLength(1);
  });

  test("pages lead on and back, and everything works by keyboard alone", async () => {
    for (let index = 1; index <= 13; index += 1) await listItem(`Ceramic Vase ${index}`, "9.99");
    await page.goto(storefront.url);
    await page.getByLabel("Search items").focus();
    await page.keyboard.type("ceramic vase");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Items for “ceramic vase”" }).waitFor();
    expect(await page.getByRole("listitem").count()).toBe(12);
    await page.getByRole("link", { name: "Next →" }).press("Enter");
    await page.getByText("Page 2").waitFor();
    expect(await page.getByRole("listitem").count()).toBe(1);
    // The new page's heading has the focus: the next stops are the item's quantity and its button.
    await page.keyboard.press("Tab");
    await page.keyboard.type("4");
    await page.keyboard.press("Enter");
    await page.getByText(/^4 × Ceramic Vase \d+ added to your cart\.$/).waitFor();
    await page.getByRole("link", { name: "← Previous" }).press("Enter");
    await page.getByText("Page 1").waitFor();
  });

  test.each([
    ["that is none", "not-a-token", "This is not a token."],
    ["of a vendor", `e30.${btoa('{"role":"vendor","vendor_id":1}')}.x`, "not a customer's token"],
  ])("a token %s is refused in words for people", async (_what, token, words) => {
    await page.goto(`${storefront.url}/#/account`);
    await page.getByLabel("Development token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText(words).waitFor();
  });

  test("no view is wider than a small phone, and each has one heading and names for its controls", async () => {
    const itemId = await listItem(
      "Extraordinarily Long-Winded Handcrafted Umbrella Stand",
      "99999999.99",
    );
    await openCart([{ itemId, quantity: 10_000 }]);
    await page.setViewportSize({ width: 320, height: 640 });
    for (const view of ["", "cart", "orders", "account"]) {
      await page.goto(`${storefront.url}/#/${view}`);
      await page.locator("main:not([aria-busy]) h1").waitFor();
      expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
      const [content, window] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      expect({ view, width: content }).toEqual({ view, width: window });
      expect(await page.locator("main").ariaSnapshot()).not.toMatch(
        /- (textbox|spinbutton|button)\s*$/m,
      );
    }
  });

  test("an order is finished after a new sign-in when the shop does not take the token any more", async () => {
    const itemId = await listItem("Pine Shelf", "25.00", 10);
    const userId = await openCart([{ itemId, quantity: 1 }]);
    const foreign = await signToken(
      { role: "customer", customerId: userId },
      { secret: `${secret}!` },
    );
    await page.evaluate(`sessionStorage.setItem("mercado.token", ${JSON.stringify(foreign)})`);
    await page.getByRole("button", { name: "Order for 25.00" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(userId);
    await page.getByRole("heading", { name: "Thank you for your order" }).waitFor();
    expect(await history(userId)).toHaveLength(1);

    await page.evaluate(`sessionStorage.setItem("mercado.token", ${JSON.stringify(foreign)})`);
    await page.getByRole("link", { name: "Orders", exact: true }).click();
    await page.getByRole("alert").getByText("You have been signed out.").waitFor();
    await page.getByRole("heading", { name: "Your orders" }).waitFor();
    await page.getByRole("link", { name: "Sign in", exact: true }).first().waitFor();
  });

  test("another site's name for this machine does not get the page or its tokens", async () => {
    const { port } = new URL(storefront.url);
    const answer = await fetch(`http://localhost:${port}/people.json`);
    expect(answer.status).toBe(421);
  });
});
