import { expect, test } from "@jest/globals";
import { z } from "zod";
import { createShopClient } from "../client.ts";
import { listProcedures } from "../openapi/json-schema.ts";
import { signToken } from "../roles/sign-token.ts";
import { appRouter } from "../router.ts";
import { startApi } from "../server.ts";
import { signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const shop = useTestShop();

function inputsOf(path: string): z.ZodType[] {
  const procedures = { ...appRouter._def.procedures } as unknown as Record<
    string,
    { _def: { inputs: z.ZodType[] } }
  >;
  return procedures[path]!._def.inputs;
}

const PATHS = listProcedures().flatMap(({ path, input }) => (input === undefined ? [] : [path]));
const ALL_OPTIONAL = PATHS.filter((path) =>
  inputsOf(path).every((schema) => schema.safeParse({}).success),
);

test.each(ALL_OPTIONAL)("%s, which demands no field, demands no input either", (path) => {
  for (const schema of inputsOf(path)) expect(schema.parse(undefined)).toEqual(schema.parse({}));
});

test.each(PATHS.filter((path) => !ALL_OPTIONAL.includes(path)))(
  "%s, which demands a field, is not called without an input",
  (path) => {
    expect(inputsOf(path).every((schema) => schema.safeParse(undefined).success)).toBe(false);
  },
);

test("a customer asks for their own cart and history without saying anything more", async () => {
  const { postgresUrl, dynamodb } = shop;
  const secret = "a secret of more than thirty-two bytes";
  const customerId = await signUp(shop);
  const token = await signToken({ role: "customer", customerId }, { secret });
  const api = await startApi({ postgresUrl, dynamodb, authentication: { kind: "secret", secret } });
  try {
    const headers = { authorization: `Bearer ${token}` };
    for (const search of ["", "?batch=1"]) {
      const answer = await fetch(`${api.url}/trpc/cart.get${search}`, { headers });
      expect([answer.status, await answer.json()]).toEqual([
        200,
        search === "" ? { result: { data: null } } : [{ result: { data: null } }],
      ]);
    }
    const client = createShopClient({ url: api.url, token });
    expect(await client.cart.get.query()).toBeNull();
    expect(await client.cart.clear.mutate()).toBeNull();
    expect(await client.transaction.history.query()).toEqual(
      await client.transaction.history.query({}),
    );
    expect(await client.inventory.search.query()).toEqual(await client.inventory.search.query({}));
  } finally {
    await api.close();
  }
});
