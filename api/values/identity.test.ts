import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { refundIdFor, transactionIdFor } from "./identity.ts";

test("a key leads to the same transaction on every machine and in every release", () => {
  expect(transactionIdFor(1, "a")).toBe("8246781e-f788-892a-9c69-4102c7c45bf9");
});

test("a transaction id is a UUID of version 8", () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  fc.assert(
    fc.property(fc.nat(), fc.string(), (user, key) => uuid.test(transactionIdFor(user, key))),
  );
});

test("a refund's key leads to the same transaction everywhere, and never to a checkout's", () => {
  expect(refundIdFor(1, "a")).toBe(refundIdFor(1, "a"));
  expect(refundIdFor(1, "a")).not.toBe(transactionIdFor(1, "a"));
});

test("two customers who choose the same key do not share a transaction", () => {
  expect(transactionIdFor(1, "1:a")).not.toBe(transactionIdFor(11, "a"));
  expect(transactionIdFor(1, "a")).not.toBe(transactionIdFor(2, "a"));
});
