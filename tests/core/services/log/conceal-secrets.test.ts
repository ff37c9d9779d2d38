import { expect, test } from "bun:test";
import { inspect } from "node:util";
import { SecretText } from "../../../../core/services/cipher/secret-text";
import { useTestServer } from "../../../../testing/server";

const keys = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"] as const;
const { app, logs } = await useTestServer({
  env: {
    COCOV_CRYPTOGRAPHIC_KEY: keys[0],
    COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS: keys[1],
    COCOV_GITHUB_WEBHOOK_SECRET_KEY: "made-up secret",
  },
});

/** Everything that prints a value. */
const printed = (value: unknown): string =>
  [inspect(value, { depth: 12 }), Bun.inspect(value, { depth: 12 }), inspect({ in: [value] }, { depth: 12 })].join("\n");

test("secret settings are read as they are, and printed as [secret]", () => {
  const { installation } = app;
  const { settings, effective, on } = installation;
  expect(settings).toMatchObject({ cryptographicKey: keys[0], cryptographicPreviousKeys: [keys[1]] });
  expect(on.find(({ plugin }) => plugin.name === "github")?.config.webhookSecret).toBe("made-up secret");
  app.log.info({ settings, effective }, "all of it");
  const shown = [settings, effective, on, app, app.services.cipher].map(printed).join("\n");
  const all = `${shown}${JSON.stringify([settings, effective, on.map(({ config }) => config)])}${logs()}`;
  for (const secret of [...keys, "made-up secret"]) expect(all).not.toContain(secret);
  expect(JSON.parse(JSON.stringify(settings))).toMatchObject({
    cryptographicKey: "[secret]",
    databasePool: settings.databasePool,
  });
});

test("a secret text shows itself to who asks, and nowhere else", () => {
  const secret = new SecretText("hush");
  expect(secret.reveal()).toBe("hush");
  expect(`${printed(secret)}${secret}${JSON.stringify({ secret })}`).not.toContain("hush");
});
