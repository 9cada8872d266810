import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { openRedshift } from "./engine.ts";
import { refusalOf, serviceFailure } from "./service-failure.ts";
import type { Refusal } from "./service-failure.ts";
import { shortPatience } from "./testing/warehouse.ts";

const connection = { region: "eu-west-1", workgroup: "shop", database: "dev" };

function named(name: string, message: string, status?: number): Error {
  const error = Object.assign(new Error(message), { name });
  return status === undefined
    ? error
    : Object.assign(error, { $metadata: { httpStatusCode: status } });
}

const refusals: readonly (readonly [string, Refusal, Error])[] = [
  ["throttling", "busy", named("ThrottlingException", "Rate exceeded", 400)],
  ["too many statements", "busy", named("ActiveStatementsExceededException", "", 400)],
  ["the status for too many requests", "busy", named("Error", "", 429)],
  ["a broken connection", "unanswered", named("TimeoutError", "socket hang up")],
  ["a server that is not there", "unanswered", named("Error", "connect ECONNREFUSED")],
  ["a fault of the service", "unanswered", named("InternalServerException", "", 500)],
  ["an answer that was cut off", "unanswered", named("SyntaxError", "Unexpected end", 200)],
  ["a wrong request", "final", named("ValidationException", "Sql must not be empty.", 400)],
  ["missing credentials", "final", named("CredentialsProviderError", "Could not load")],
];

test.each(refusals)("%s is %s", (_, expected, error) => {
  expect(refusalOf(error)).toBe(expected);
});

const failures: readonly (readonly [Error, string, string])[] = [
  [
    named("ValidationException", "Redshift endpoint doesn't exist in this region.", 400),
    "WAREHOUSE_NOT_FOUND",
    "region",
  ],
  [named("ValidationException", "Cluster is paused.", 400), "WAREHOUSE_UNREACHABLE", "Resume"],
  [
    named("ResourceNotFoundException", "Workgroup not found", 400),
    "WAREHOUSE_NOT_FOUND",
    "workgroup",
  ],
  [named("ExpiredTokenException", "It is expired", 400), "WAREHOUSE_DENIED", "runner doctor"],
  [named("Error", "Region is missing"), "WAREHOUSE_NOT_FOUND", "AWS_REGION"],
  [named("CredentialsProviderError", "none"), "WAREHOUSE_DENIED", "AWS_PROFILE"],
  [named("TimeoutError", "no answer"), "WAREHOUSE_UNREACHABLE", "next run"],
  [named("ThrottlingException", "Rate exceeded", 400), "WAREHOUSE_UNREACHABLE", "--threads"],
];

test.each(failures.map(([error, ...rest]) => [error.name, error, ...rest] as const))(
  "%s is told with its cause and the way out",
  (_, error, code, hint) => {
    const [diagnostic] = serviceFailure(error, connection, { seconds: 300 }).diagnostics;
    expect(diagnostic).toMatchObject({ code, hint: expect.stringContaining(hint) });
    expect(diagnostic?.cause).toContain(error.message);
  },
);

test("missing credentials are told as such, without a wait", async () => {
  const home = mkdtempSync(path.join(tmpdir(), "mercado-credentials-"));
  const before = process.env;
  const hidden = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"];
  process.env = {
    ...Object.fromEntries(Object.entries(before).filter(([name]) => !hidden.includes(name))),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: path.join(home, "none"),
    AWS_CONFIG_FILE: path.join(home, "none"),
  };
  try {
    const engine = await openRedshift({
      ...connection,
      home,
      iamRole: "default",
      threads: 1,
      name: "test",
      patience: shortPatience,
      readObject: () => Promise.resolve(""),
    });
    await expect(engine.execute("select 1")).rejects.toThrow("There are no credentials for");
    await engine.close();
  } finally {
    process.env = before;
    rmSync(home, { recursive: true, force: true });
  }
});

test("of keys that a server other than Amazon's refuses, it is told where they are set", () => {
  const error = named("UnrecognizedClientException", "The security token is invalid.", 403);
  const elsewhere = { ...connection, endpoint: "http://127.0.0.1:5440" };
  expect(serviceFailure(error, elsewhere, { seconds: 0 }).diagnostics).toMatchObject([
    { code: "WAREHOUSE_DENIED", hint: expect.stringContaining("AWS_ACCESS_KEY_ID") },
  ]);
});
