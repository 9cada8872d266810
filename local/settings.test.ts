import { describe, expect, test } from "@jest/globals";
import { LocalServiceError } from "./failure.ts";
import { namedServices } from "./settings.ts";

describe("the services that the environment names", () => {
  test("are none when nothing, or only emptiness, is set", () => {
    expect(namedServices({})).toEqual({});
    expect(namedServices({ MERCADO_POSTGRES_URL: "", MERCADO_DYNAMODB_ENDPOINT: "" })).toEqual({});
  });

  test("get placeholder keys for a stand-in of DynamoDB, without which the SDK would search the network", () => {
    expect(namedServices({ MERCADO_DYNAMODB_ENDPOINT: "http://dynamodb:8000" }).dynamodb).toEqual({
      endpoint: "http://dynamodb:8000",
      region: "us-east-1",
      accessKeyId: "local",
      secretAccessKey: "local",
    });
  });

  test("take region and keys from the environment, for AWS itself as well", () => {
    const aws = {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
    };
    const expected = { region: "eu-central-1", accessKeyId: "key", secretAccessKey: "secret" };
    expect(namedServices({ ...aws, MERCADO_DYNAMODB_ENDPOINT: "aws" }).dynamodb).toEqual(expected);
    expect(
      namedServices({ ...aws, MERCADO_DYNAMODB_ENDPOINT: "http://dynamodb:8000" }).dynamodb,
    ).toEqual({ ...expected, endpoint: "http://dynamodb:8000" });
  });

  test("leave temporary AWS keys to the SDK, which also sends their session token", () => {
    const env = {
      MERCADO_DYNAMODB_ENDPOINT: "aws",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
    };
    expect(namedServices(env).dynamodb).toEqual({ region: "eu-central-1" });
  });

  test.each([
    [{ MERCADO_POSTGRES_URL: "mysql://root:hunter2@db/shop" }, "MERCADO_POSTGRES_URL"],
    [{ MERCADO_POSTGRES_URL: "hunter2@db:5432" }, "MERCADO_POSTGRES_URL"],
    [{ MERCADO_DYNAMODB_ENDPOINT: "dynamodb:8000" }, "MERCADO_DYNAMODB_ENDPOINT"],
    [{ MERCADO_DYNAMODB_ENDPOINT: "aws" }, "AWS_REGION"],
    [
      { MERCADO_DYNAMODB_ENDPOINT: "http://x:1", AWS_ACCESS_KEY_ID: "hunter2" },
      "AWS_SECRET_ACCESS_KEY",
    ],
  ])("are refused by name, without repeating a secret: %j", (env, variable) => {
    const refuse = () => namedServices(env);
    expect(refuse).toThrow(LocalServiceError);
    try {
      refuse();
    } catch (error) {
      const { code, message, hint } = error as LocalServiceError;
      expect(code).toBe("LOCAL_SETTING_INVALID");
      expect(`${message} ${hint}`).toContain(variable);
      expect(`${message} ${hint}`).not.toContain("hunter2");
    }
  });
});
