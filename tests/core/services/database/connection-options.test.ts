import { expect, test } from "bun:test";
import { readConnectionUrl, withDatabase } from "../../../../core/services/database/connection-options";
import { openDatabase } from "../../../../core/services/database/database";
import { createLogger } from "../../../../core/services/log/logger";

test("a unix socket's folder is read from the parameter host, other parameters stay", () => {
  expect(readConnectionUrl("postgres://me@localhost/app?host=%2Frun%2Fpg&port=6000&application_name=x")).toEqual({
    url: "postgres://me@localhost/app?application_name=x",
    address: { host: "/run/pg", port: 6000 },
  });
});

test.each(["postgres://me:pw@db.example:5433/app?sslmode=require", "postgres://me@one:5432,two:5432/app"])(
  "%s is left as it is",
  (url) => {
    expect(readConnectionUrl(url)).toEqual({ url, address: {} });
  },
);

test("another database's name replaces the one in a URL", () => {
  expect(withDatabase("postgres://me@localhost/app?host=%2Frun", "other")).toBe("postgres://me@localhost/other?host=%2Frun");
});

test("an unreadable address is refused without showing its password", () => {
  const open = () => openDatabase({ url: "postgres://me:s3cret@host:port/app", poolSize: 1, log: createLogger("silent") });
  expect(open).toThrow("The database's address can't be read");
  expect(open).not.toThrow("s3cret");
});
