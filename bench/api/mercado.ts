import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { migrate } from "../../api/migrate.ts";
import { signToken } from "../../api/roles/sign-token.ts";
import type { Services } from "../../local/services.ts";
import { createDatabase, fillCatalog, type Catalog } from "./catalog.ts";
import { dataOf, type BenchRequest, type Sequence } from "./load.ts";
import { openOrderBook, type Order } from "./order-book.ts";
import { startProgram, type BenchedService } from "./started-service.ts";
import { oneOf, takingTurns, twoOf } from "./choices.ts";

const MAIN = fileURLToPath(new URL("../../api/main.ts", import.meta.url));

export interface MercadoOptions {
  readonly services: Services;
  readonly catalog: Catalog;
  readonly home: string;
  /** Where a CPU profile of the service is written when it stops. */
  readonly profileFolder?: string | undefined;
}

/** Starts the real service, as it would run in production: with a key, whose tokens its callers have to show. */
export async function openMercado(options: MercadoOptions): Promise<BenchedService> {
  const { services, catalog, home, profileFolder } = options;
  const { dynamodb } = services;
  const postgresUrl = await createDatabase(services.postgresUrl, "bench_mercado");
  await migrate({ postgresUrl, dynamodb });
  await fillCatalog(postgresUrl, catalog, { withStock: true });
  const secret = randomUUID();
  const profile =
    profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
  const program = await startProgram({
    file: process.execPath,
    args: [...profile, "--import", "tsx", MAIN],
    env: {
      NODE_ENV: "production",
      MERCADO_HOME: home,
      MERCADO_POSTGRES_URL: postgresUrl,
      MERCADO_DYNAMODB_ENDPOINT: dynamodb.endpoint ?? "aws",
      AWS_REGION: dynamodb.region,
      AWS_ACCESS_KEY_ID: dynamodb.accessKeyId ?? "",
      AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey ?? "",
      MERCADO_API_PORT: "0",
      MERCADO_API_SECRET: secret,
      MERCADO_API_RATE_LIMITS: "off",
      MERCADO_API_LOG_LEVEL: "warn",
    },
  });
  const tokens = await Promise.all(
    catalog.customers.map((_, index) =>
      signToken({ role: "customer", customerId: index + 1 }, { secret }),
    ),
  );
  const headersOf = (customer: number) => ({
    authorization: `Bearer ${tokens[customer - 1] ?? ""}`,
    "content-type": "application/json",
  });
  const nextCustomer = takingTurns(catalog.customers.length);
  const orders = openOrderBook({ url: program.url, postgresUrl, dynamodb });

  const putCart = (): { request: BenchRequest; customer: number } => {
    const customer = nextCustomer();
    const lines = twoOf(catalog.items).map(({ id: itemId }) => ({ itemId, quantity: 2 }));
    const headers = headersOf(customer);
    const body = JSON.stringify({ lines });
    return { customer, request: { method: "POST", path: "/trpc/cart.put", headers, body } };
  };
  return {
    name: "Mercado",
    url: program.url,
    cpuSeconds: program.cpuSeconds,
    browse: [
      {
        prepare: () => {
          const search = { itemName: oneOf(catalog.words), limit: 20 };
          const input = encodeURIComponent(JSON.stringify(search));
          const path = `/trpc/inventory.search?input=${input}`;
          return { method: "GET", path, headers: headersOf(nextCustomer()) };
        },
      },
    ],
    cart: [{ prepare: () => putCart().request }],
    checkout: [
      {
        prepare: (sequence) => {
          const { customer, request } = putCart();
          sequence.customer = customer;
          return request;
        },
        read: (body, sequence) => {
          sequence.cart = dataOf(body) as NonNullable<Sequence["cart"]>;
        },
      },
      {
        prepare: (sequence) => {
          if (sequence.cart === undefined) return undefined;
          const { version: cartVersion, totalPrice: expectedTotal } = sequence.cart;
          sequence.key = orders.nextKey();
          const request: BenchRequest = {
            method: "POST",
            path: "/trpc/checkout.create",
            headers: headersOf(sequence.customer ?? 0),
            body: JSON.stringify({ idempotencyKey: sequence.key, cartVersion, expectedTotal }),
          };
          orders.sent(sequence.key, request);
          return request;
        },
        read: (body, sequence) => {
          orders.acknowledged(sequence.key ?? "", dataOf(body) as Order);
        },
      },
    ],
    verify: () => orders.verify(),
    close: () => program.stop(),
  };
}
