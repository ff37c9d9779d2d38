import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { coreSettings } from "../../../core/app/core-settings";
import { readSection } from "../../../core/config/read-section";
import { setting, text, wholeNumber } from "../../../core/config/setting";
import { showConfig } from "../../../core/services/inspection/show-config";

const section = z.object({
  size: setting(wholeNumber(1, 9).default(3), {
    env: ["ACME_SIZE", "SIZE"],
    summary: "how big",
    accepts: "a whole number from 1 to 9",
  }),
  password: setting(text.optional(), { env: "ACME_PASSWORD", summary: "the password", secret: true }),
});

describe("a setting's value", () => {
  test("comes from the environment before the file, and from the file before the default", () => {
    expect(readSection("acme", section, { size: 5 }, { ACME_SIZE: "7" }).values?.size).toBe(7);
    expect(readSection("acme", section, { size: 5 }, {}).values?.size).toBe(5);
    expect(readSection("acme", section, {}, {}).values?.size).toBe(3);
  });

  test("comes from the first of its variables that isn't empty", () => {
    expect(readSection("acme", section, {}, { ACME_SIZE: "", SIZE: "4" }).values?.size).toBe(4);
  });
});

describe("a value that can't be used", () => {
  test("is reported with the variable, what was found and what is accepted", () => {
    const { values, problems } = readSection("acme", section, {}, { ACME_SIZE: "big" });
    expect(values).toBeUndefined();
    expect(problems).toEqual(['ACME_SIZE: found "big", accepted is a whole number from 1 to 9.']);
  });

  test("is never shown when the setting is a secret", () => {
    const { problems } = readSection("core", coreSettings, {}, { COCOV_CRYPTOGRAPHIC_KEY: "hunter2" });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain("32 hexadecimal characters");
    expect(problems[0]).not.toContain("hunter2");
  });

  test("is reported for the file too, as are settings that don't exist", () => {
    const { problems } = readSection("acme", section, { size: 12, siez: 3 }, {});
    expect(problems).toEqual([
      'acme.siez in the configuration file: there is no such setting. Did you mean "size"? Known here: size, password.',
      "acme.size in the configuration file: found 12, accepted is a whole number from 1 to 9.",
    ]);
  });
});

describe("a section is parsed once:", () => {
  const doubled = (meta: { env: string }) =>
    setting(
      wholeNumber(1).transform((n) => `${n * 2}px`),
      { ...meta, summary: "x" },
    );
  const read = <S extends z.ZodObject>(schema: S, env: Record<string, string> = {}) => readSection("acme", schema, {}, env);

  test("a setting may turn its value into another type", () => {
    expect(read(z.object({ width: doubled({ env: "WIDTH" }) }), { WIDTH: "4" }).values).toEqual({ width: "8px" });
  });

  test("its schema runs no more than once", () => {
    let runs = 0;
    const counted = z.string().transform((value) => `${value}${++runs}`);
    expect(read(z.object({ name: setting(counted, { env: "NAME", summary: "x" }) }), { NAME: "n" }).values).toEqual({
      name: "n1",
    });
  });

  test("a setting may be wrapped: optional, with a default, piped", () => {
    const schema = z.object({
      width: doubled({ env: "WIDTH" }).default("0px"),
      height: doubled({ env: "HEIGHT" }).optional(),
      depth: doubled({ env: "DEPTH" }).pipe(z.string().endsWith("px")),
    });
    expect(read(schema, { HEIGHT: "2", DEPTH: "1" }).values).toEqual({ width: "0px", height: "4px", depth: "2px" });
    expect(read(schema, { WIDTH: "broad", DEPTH: "1" }).problems).toEqual([
      'WIDTH: found "broad", accepted is a whole number, 1 or more.',
    ]);
  });

  test("a section may be strict, and its settings checked against each other", () => {
    const size = (env: string) => setting(wholeNumber(0).default(5), { env, summary: "x" });
    const schema = z
      .strictObject({ least: size("LEAST"), most: size("MOST") })
      .refine(({ least, most }) => least <= most, "LEAST must not exceed MOST.");
    expect(read(schema, { LEAST: "1" }).values).toEqual({ least: 1, most: 5 });
    expect(read(schema, { LEAST: "9" })).toMatchObject({
      values: undefined,
      problems: ["The settings of acme can't be used together: LEAST must not exceed MOST."],
    });
  });

  test("what a schema throws is told like any other mistake, and never with a secret", () => {
    const address = (secret: boolean) =>
      setting(
        z.string().transform((value) => new URL(value).host),
        { env: "ADDRESS", summary: "x", secret },
      );
    expect(read(z.object({ address: address(false) }), { ADDRESS: "hunter2" }).problems[0]).toStartWith(
      'ADDRESS: found "hunter2", accepted is text (',
    );
    expect(read(z.object({ address: address(true) }), { ADDRESS: "hunter2" }).problems).toEqual([
      "ADDRESS: found a value that isn't shown, accepted is text.",
    ]);
    const late = z.string().transform(async (value) => value);
    expect(read(z.object({ late: setting(late, { env: "LATE", summary: "x" }) }), { LATE: "x" }).problems).toHaveLength(1);
    const together = z.object({ address: setting(z.string(), { env: "ADDRESS", summary: "x", secret: true }) });
    const failing = together.refine(({ address }) => new URL(address).host !== "");
    expect(read(failing, { ADDRESS: "hunter2" }).problems).toEqual([
      "The settings of acme can't be used together: their schema refuses them.",
    ]);
  });
});

test.each([
  [{ COCOV_PORT: "0" }, { port: 0 }],
  [{ PORT: "8080" }, { port: 8080 }],
  [{ COCOV_TRUST_PROXY: "true" }, { trustProxy: true }],
  [{ COCOV_TRUST_PROXY: "10.0.0.0/8, 127.0.0.1" }, { trustProxy: ["10.0.0.0/8", "127.0.0.1"] }],
  [{ COCOV_QUEUE_URL: "bunqueue://a:1, bunqueue://b:2" }, { queueUrl: "bunqueue://a:1, bunqueue://b:2" }],
  [{ COCOV_QUEUE_URL: "bunqueue://a:1,b:2" }, { queueUrl: "bunqueue://a:1,b:2" }],
  [{ COCOV_AUTO_MIGRATE: "false" }, { autoMigrate: false }],
  [{ COCOV_PROBE_PORT: "9" }, { probePort: 9 }],
  [{ COCOV_SIDEKIQ_PROBE_PORT: "9" }, { probePort: 9 }],
  [{ COCOV_PLUGINS_DISABLED: "issues, checks" }, { pluginsDisabled: ["issues", "checks"] }],
  [{ DATABASE_URL: "postgres://u@h/d" }, { databaseUrl: "postgres://u@h/d" }],
])("the platform's own settings understand %j", (env, expected) => {
  expect(readSection("core", coreSettings, {}, env).values).toMatchObject(expected);
});

test.each([
  [{ COCOV_PORT: "70000" }],
  [{ COCOV_ROLE: "both" }],
  [{ COCOV_DATABASE_URL: "mysql://h/d" }],
  [{ COCOV_QUEUE_URL: "redis://h" }],
  [{ COCOV_QUEUE_URL: "bunqueue://h" }],
  [{ COCOV_TRUST_PROXY: "10.0.0.0/8, proxy.local" }],
  [{ COCOV_TRUST_PROXY: "10.0.0.0/33" }],
  [{ COCOV_DATABASE_POOL: "-1" }],
  [{ COCOV_PROBE_PORT: "http" }],
])("the platform's own settings refuse %j", (env) => {
  const { problems } = readSection("core", coreSettings, {}, env);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toStartWith(Object.keys(env)[0] ?? "");
});

test("printing shows values and where they came from, and masks secrets", () => {
  const { settings } = readSection("acme", section, { size: 5 }, { ACME_PASSWORD: "hunter2" });
  const printed = showConfig(settings);
  expect(printed).toContain("size = 5  (file)");
  expect(printed).toContain("password = [secret]  (ACME_PASSWORD)");
  expect(printed).not.toContain("hunter2");
});
