/** Who calls, as far as a signed token (or its absence) tells. */
export type Caller =
  | { readonly role: "anonymous" }
  | { readonly role: "customer"; readonly customerId: number }
  | { readonly role: "vendor"; readonly vendorId: number }
  | { readonly role: "admin" };

export type Role = Caller["role"];

/** The caller in one word, for logs and the audit trail: `customer:12`, `vendor:3`, `admin`, `anonymous`. */
export function nameOfCaller(caller: Caller): string {
  switch (caller.role) {
    case "customer":
      return `customer:${caller.customerId}`;
    case "vendor":
      return `vendor:${caller.vendorId}`;
    case "admin":
    case "anonymous":
      return caller.role;
  }
}
