import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import type { Services } from "../../../local/services.ts";
import { openTestServices } from "../../../local/testing.ts";
import { examineShopTable } from "./shop-table.ts";

let services: Services;
beforeAll(async () => {
  services = await openTestServices();
});
afterAll(async () => {
  await services.close();
});

const address = "AWS_ENDPOINT_URL_DYNAMODB";
afterEach(() => {
  Reflect.deleteProperty(process.env, address);
});

test("a table that is missing on AWS is the stack's to make", async () => {
  // So the SDK takes the server for AWS.
  process.env[address] = services.dynamodb.endpoint;
  process.env.AWS_ACCESS_KEY_ID ??= "local";
  process.env.AWS_SECRET_ACCESS_KEY ??= "local";
  await expect(examineShopTable({ region: "us-east-1" }, "nothing")).rejects.toMatchObject({
    diagnostics: [{ hint: expect.stringContaining("runner infra") }],
  });
});

test("a table that is missing on a server of this machine is the API's to make", async () => {
  const { endpoint } = services.dynamodb;
  await expect(
    examineShopTable({ endpoint, region: "us-east-1" }, "nothing"),
  ).rejects.toMatchObject({ diagnostics: [{ hint: expect.stringContaining("npm run api") }] });
});
