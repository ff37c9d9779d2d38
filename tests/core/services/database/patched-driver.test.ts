import { expect, test } from "bun:test";
import { requirePatchedDriver } from "../../../../core/services/database/patched-driver";

test("the driver in node_modules is the patched one", () => {
  expect(() => requirePatchedDriver()).not.toThrow();
});

test.each([{}, { patched: "another" }])(
  "a driver that isn't patched, or otherwise, is refused with the remedy: %p",
  (driver) => {
    expect(() => requirePatchedDriver(driver)).toThrow("Run `bun install`");
  },
);
