import { describe, expect, test } from "bun:test";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { readSection } from "../../../core/config/read-section";
import { readPrivateKey } from "../../../plugins/github/private-key";
import { settingsSchema } from "../../../plugins/github/settings";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");

describe("the App's private key", () => {
  test.each(["pkcs1", "pkcs8"] as const)("is read in the form %s", (type) => {
    const read = readPrivateKey(base64(privateKey.export({ type, format: "pem" })));
    expect(read).toStartWith("-----BEGIN PRIVATE KEY-----");
    expect(createPrivateKey(read ?? "").equals(privateKey)).toBe(true);
  });

  test.each([
    ["not Base64", "%%%"],
    ["no PEM", base64("hello")],
    ["not encoded", privateKey.export({ type: "pkcs1", format: "pem" }).toString()],
    ["of another kind", base64(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }))],
  ])("that is %s stops the start, naming the variable and not the value", (_what, text) => {
    const { problems } = readSection("github", settingsSchema, {}, { COCOV_GITHUB_APP_PRIVATE_KEY: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith(
      "COCOV_GITHUB_APP_PRIVATE_KEY: found a value that isn't shown, accepted is an RSA private key",
    );
  });
});
