import { createShopClient, type ShopOutputs } from "mercado-shop-client";
import { currentSession } from "./session.ts";

export type Item = ShopOutputs["inventory"]["search"]["items"][number];
export type Cart = NonNullable<ShopOutputs["cart"]["get"]>;
export type Transaction = ShopOutputs["transaction"]["history"]["items"][number];

const url = document.querySelector<HTMLMetaElement>('meta[name="shop-url"]')?.content ?? "";

export const shop = createShopClient({
  url,
  getToken: () => currentSession()?.token,
  timeoutMilliseconds: 15_000,
});

const vendorNames = new Map<number, Promise<string>>();

/** Names are asked for once; those of one page travel in one request. */
export function vendorName(vendorId: number): Promise<string> {
  let name = vendorNames.get(vendorId);
  if (name === undefined) {
    name = shop.vendor.get.query({ id: vendorId }).then(
      (vendor) => vendor.vendorName,
      () => {
        vendorNames.delete(vendorId);
        return `vendor ${vendorId}`;
      },
    );
    vendorNames.set(vendorId, name);
  }
  return name;
}
