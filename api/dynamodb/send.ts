import type {
  DynamoDBClient,
  DynamoDBClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-dynamodb";
import type { Command, Handler } from "@smithy/types";
import type { Table } from "./table.ts";
import { carryTrace } from "./trace-headers.ts";

/** A command of the SDK, with what it is sent and what it answers. */
type DynamoDbCommand<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = Command<
  ServiceInputTypes,
  Input,
  ServiceOutputTypes,
  Output,
  DynamoDBClientResolvedConfig
>;

const HANDLERS_KEPT = 100;

/** Of each client and class of commands: the handlers that no call is using. */
const idleHandlers = new WeakMap<DynamoDBClient, Map<unknown, unknown[]>>();

function idleHandlersFor<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  client: DynamoDBClient,
  command: DynamoDbCommand<Input, Output>,
): Handler<Input, Output>[] {
  let ofClient = idleHandlers.get(client);
  if (ofClient === undefined) idleHandlers.set(client, (ofClient = new Map<unknown, unknown[]>()));
  let idle = ofClient.get(command.constructor);
  if (idle === undefined) ofClient.set(command.constructor, (idle = []));
  // A class of commands has one type of input, and one of output.
  return idle as Handler<Input, Output>[];
}

/**
 * Sends a command for the request that the table is used for. The client would put its middleware in order for each call,
 * which takes a seventh of the call's CPU time; with its `cacheMiddleware`, calls at the same time would share a context.
 * Here a handler is used again, by one call at a time.
 */
export async function send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  { client, trace }: Table,
  command: DynamoDbCommand<Input, Output>,
): Promise<Output> {
  if (trace !== undefined) carryTrace(command.input, trace);
  const idle = idleHandlersFor(client, command);
  const handler =
    idle.pop() ?? command.resolveMiddleware(client.middlewareStack, client.config, undefined);
  const { output } = await handler(command);
  // After a failure it is left: nobody has to know what a call that broke off leaves behind.
  if (idle.length < HANDLERS_KEPT) idle.push(handler);
  return output;
}
