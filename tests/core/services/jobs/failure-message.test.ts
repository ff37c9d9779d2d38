import { expect, test } from "bun:test";
import { DrizzleQueryError } from "drizzle-orm";
import { z } from "zod";
import { failureMessage } from "../../../../core/services/jobs/failure-message";

test("an error's message is kept, at most 2,000 characters of it", () => {
  expect(failureMessage(new Error("the disk is full"))).toBe("the disk is full");
  expect(failureMessage(new Error("x".repeat(5000)))).toBe("x".repeat(2000));
  expect(failureMessage(new Error("cut\0off"))).toBe("cutoff");
});

test("of a failed query the parameters are left out", () => {
  const error = new DrizzleQueryError("insert into secrets values ($1)", ["hunter2"], new Error("duplicate key"));
  expect(error.message).toContain("hunter2");
  expect(failureMessage(error)).toBe("query failed: duplicate key");
});

test("of invalid input the values are left out", () => {
  const parsed = z.object({ kind: z.enum(["a", "b"]) }).safeParse({ kind: "hunter2" });
  expect(failureMessage(parsed.error)).toStartWith("kind: ");
  expect(failureMessage(parsed.error)).not.toContain("hunter2");
});

test("what isn't an error is described without being shown", () => {
  expect(failureMessage({ password: "hunter2" })).toBe("the handler threw something that is not an error");
  expect(failureMessage("timed out")).toBe("timed out");
});
