import { currentSession } from "./session.ts";
import { shop, type Cart } from "./shop.ts";

const GUEST = "mercado.guest";

/** Told of every cart that the shop gives. */
const listeners: ((cart: Cart | null) => void)[] = [];

export function onCart(listener: (cart: Cart | null) => void): void {
  listeners.push(listener);
}

function shown(cart: Cart | null): Cart | null {
  for (const listener of listeners) listener(cart);
  return cart;
}

type Owner = { userId: number } | { guestId: string };

/** The customer who has signed in, or the guest that this browser is; null for a guest without a cart. */
function owner(): Owner | null {
  const session = currentSession();
  if (session !== null) return { userId: session.customerId };
  const guestId = localStorage.getItem(GUEST);
  return guestId === null ? null : { guestId };
}

async function ownerOrNewGuest(): Promise<Owner> {
  const known = owner();
  if (known !== null) return known;
  const { guestId } = await shop.cart.createGuest.mutate();
  localStorage.setItem(GUEST, guestId);
  return { guestId };
}

export async function readCart(): Promise<Cart | null> {
  const whose = owner();
  return shown(whose === null ? null : await shop.cart.get.query(whose));
}

/** An id for a change, with which the client may send it again when its answer is lost. */
function newChange() {
  return { requestId: crypto.randomUUID() };
}

export async function addToCart(itemId: number, quantity: number): Promise<void> {
  const whose = await ownerOrNewGuest();
  shown(await shop.cart.add.mutate({ ...whose, ...newChange(), itemId, quantity }));
}

/** Also asks for today's price of the item, which the cart then shows. */
export async function changeQuantity(itemId: number, quantity: number): Promise<void> {
  const whose = await ownerOrNewGuest();
  shown(await shop.cart.change.mutate({ ...whose, ...newChange(), itemId, quantity }));
}

export async function removeFromCart(itemId: number): Promise<void> {
  const whose = await ownerOrNewGuest();
  shown(await shop.cart.remove.mutate({ ...whose, ...newChange(), itemId }));
}

/**
 * Moves what the guest has put into the cart to the customer who has just signed in. The guest's id is forgotten only
 * when the shop has answered; a merge that is repeated moves nothing twice.
 */
export async function mergeGuestCart(): Promise<void> {
  const guestId = localStorage.getItem(GUEST);
  if (guestId === null || currentSession() === null) return;
  shown((await shop.cart.merge.mutate({ guestId })).cart);
  localStorage.removeItem(GUEST);
}
