/* One day of shopping with its service in the same process, for tests that kill it: options as JSON in the argument. */
import { createShopClient } from "../../api/client.ts";
import { startApi, type ApiOptions } from "../../api/server.ts";
import { createSettableClock, goShopping, type ShoppingOptions } from "./index.ts";

export interface KillableDay {
  api: Pick<ApiOptions, "postgresUrl" | "dynamodb" | "tableName">;
  shopping: Omit<ShoppingOptions, "client" | "clock">;
}

const day = JSON.parse(process.argv[2] ?? "") as KillableDay;
const clock = createSettableClock();
const api = await startApi({ ...day.api, clock: clock.now });
await goShopping({ ...day.shopping, clock, client: createShopClient({ url: api.url }) });
await api.close();
