import { expect, test } from "@jest/globals";
import { readSettings } from "./settings.ts";

test("without a setting the service listens on loopback, port 8000, and has databases provided", () => {
  expect(readSettings({})).toEqual({
    postgresUrl: undefined,
    dynamodb: undefined,
    host: "127.0.0.1",
    port: 8000,
    logLevel: "info",
    authentication: undefined,
  });
});

test("an empty variable, as docker compose passes it on, counts as absent", () => {
  expect(readSettings({ MERCADO_POSTGRES_URL: "", MERCADO_API_PORT: "" })).toEqual(
    readSettings({}),
  );
});

test("a local DynamoDB is reached with the keys that are named", () => {
  const named = {
    MERCADO_DYNAMODB_ENDPOINT: "http://dynamodb:8000",
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  expect(readSettings(named).dynamodb).toEqual({
    endpoint: "http://dynamodb:8000",
    region: "eu-west-1",
    accessKeyId: "key",
    secretAccessKey: "secret",
  });
});

test("on AWS the credentials are left to the SDK, which knows of roles and session tokens", () => {
  const named = {
    MERCADO_DYNAMODB_ENDPOINT: "aws",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "s",
  };
  expect(readSettings(named).dynamodb).toEqual({ region: "us-east-1" });
});

test("every wrong variable is named at once", () => {
  const wrong = { MERCADO_API_PORT: "70000", MERCADO_DYNAMODB_ENDPOINT: "nowhere" };
  expect(() => readSettings(wrong)).toThrow(
    /MERCADO_DYNAMODB_ENDPOINT: must be .*MERCADO_API_PORT: /,
  );
});
