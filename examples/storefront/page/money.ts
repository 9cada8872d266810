/** A decimal string of the shop, such as "-1234.50", as people read it: "−1,234.50". Digits are only moved, never counted with. */
export function showMoney(amount: string): string {
  const [, sign = "", whole = "0", cents = ""] = /^(-?)(\d+)((?:\.\d+)?)$/.exec(amount) ?? [];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign === "" ? "" : "−"}${grouped}${cents}`;
}
