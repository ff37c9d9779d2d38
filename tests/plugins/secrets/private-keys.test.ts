import { describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { fingerprintOfPrivateKey } from "../../../plugins/secrets/private-keys/read-private-key";
import { json } from "../../../testing/factories";
import { useSecretsWorld } from "./secrets-world";

const folder = join(import.meta.dir, "keys-for-tests");
const keyOf = (name: string) => readFileSync(join(folder, name), "utf8");
const recorded = readdirSync(folder)
  .filter((name) => name.endsWith(".fingerprint"))
  .map((name) => [name.replace(".fingerprint", ""), keyOf(name).trim()] as const);
const refused = readdirSync(folder).filter((name) => /^(protected|refused)_/.test(name));
const sshKeygen = Bun.which("ssh-keygen");

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const curves = ["P-256", "P-384", "P-521"].map((namedCurve) => generateKeyPairSync("ec", { namedCurve }).privateKey);
const ed25519 = generateKeyPairSync("ed25519").privateKey;
const pem = (key: KeyObject, type: "pkcs1" | "pkcs8" | "sec1") => key.export({ type, format: "pem" }).toString();
const generated: [kind: string, text: string][] = [
  ["RSA, PKCS#1", pem(rsa, "pkcs1")],
  ["RSA, PKCS#8", pem(rsa, "pkcs8")],
  ...curves.map((key, index): [string, string] => [`ECDSA ${index}, SEC1`, pem(key, "sec1")]),
  ...curves.map((key, index): [string, string] => [`ECDSA ${index}, PKCS#8`, pem(key, "pkcs8")]),
  ["Ed25519, PKCS#8", pem(ed25519, "pkcs8")],
];

describe("a key that ssh-keygen or openssl made", () => {
  test.each(recorded)("%s has the fingerprint that ssh-keygen tells", (name, fingerprint) => {
    expect(fingerprintOfPrivateKey(keyOf(name))).toBe(fingerprint);
  });

  test.each(refused)("%s is refused: it has a passphrase, or is of a kind that SSH doesn't know", (name) => {
    expect(fingerprintOfPrivateKey(keyOf(name))).toBeNull();
  });
});

test.each(generated)("a key of the kind %s is read, whatever line breaks it has", (_kind, text) => {
  const fingerprint = fingerprintOfPrivateKey(text);
  expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  expect(fingerprintOfPrivateKey(`\n  ${text.trim().replaceAll("\n", "\r\n")}  \n\n`)).toBe(fingerprint);
});

test("one key has one fingerprint, in whatever form it is", () => {
  const forms = [pem(rsa, "pkcs1"), pem(rsa, "pkcs8")].map(fingerprintOfPrivateKey);
  expect(new Set(forms).size).toBe(1);
});

test.if(sshKeygen !== null)("ssh-keygen says the same of every key that is made now", async () => {
  for (const [kind, text] of generated.filter(([kind]) => !kind.startsWith("Ed25519"))) {
    const path = join(process.env.TMPDIR ?? "/tmp", `cocov-key-${crypto.randomUUID()}`);
    writeFileSync(path, text, { mode: 0o600 });
    const shown = Bun.spawnSync([sshKeygen ?? "", "-y", "-P", "", "-f", path])
      .stdout.toString()
      .trim();
    await Bun.file(path).delete();
    const blob = Buffer.from(shown.split(" ")[1] ?? "", "base64");
    const digest = new Bun.CryptoHasher("sha256").update(blob).digest("base64").replace(/=+$/, "");
    expect([kind, fingerprintOfPrivateKey(text)]).toEqual([kind, `SHA256:${digest}`]);
  }
});

describe("what isn't one whole key is refused, and never more than that", () => {
  const whole = [...recorded.map(([name]) => keyOf(name)), ...generated.map(([, text]) => text)];

  test("cut off anywhere", () => {
    fc.assert(
      fc.property(fc.constantFrom(...whole), fc.nat(), (text, at) => {
        const cut = text.trim().slice(0, at % (text.trim().length - 1));
        expect(fingerprintOfPrivateKey(cut)).toBeNull();
      }),
    );
  });

  test("with bytes changed inside, it is refused or another key, and nothing throws", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        (text, changes) => {
          const [head = "", ...lines] = text.trim().split("\n");
          const bytes = Buffer.from(lines.slice(0, -1).join(""), "base64");
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const changed = `${head}\n${bytes.toString("base64")}\n${lines.at(-1)}\n`;
          expect(fingerprintOfPrivateKey(changed) ?? "SHA256:").toStartWith("SHA256:");
        },
      ),
      { numRuns: 300 },
    );
  });

  test("in OpenSSH's form with any byte changed but those of the comment", () => {
    const [name = "", fingerprint] = recorded.find(([one]) => one === "ed25519") ?? [];
    const [head, ...lines] = keyOf(name).trim().split("\n");
    const bytes = Buffer.from(lines.slice(0, -1).join(""), "base64");
    const accepted = [...bytes.keys()].filter((at) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const read = fingerprintOfPrivateKey(`${head}\n${changed.toString("base64")}\n${lines.at(-1)}\n`);
      expect([null, fingerprint]).toContain(read);
      return read !== null;
    });
    const comment = bytes.lastIndexOf("made for tests");
    expect(accepted.every((at) => at >= comment && at < comment + "made for tests".length)).toBe(true);
  });

  test.each([
    "",
    " ",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== somebody",
    "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    `-----BEGIN PRIVATE KEY-----\n${"A".repeat(100_000)}\n-----END PRIVATE KEY-----`,
    pem(generateKeyPairSync("x25519").privateKey, "pkcs8"),
  ])("%#", (text) => {
    expect(fingerprintOfPrivateKey(text)).toBeNull();
  });

  test("two keys at once", () => {
    expect(fingerprintOfPrivateKey(pem(ed25519, "pkcs8") + pem(rsa, "pkcs8"))).toBeNull();
  });
});

describe("over HTTP", async () => {
  const { platform, tokens, outcome, repository } = await useSecretsWorld();
  const send = (path: string, body: object, token = tokens.admin) => platform.request("POST", path, { token, body });

  test.each(["/v1/private_keys", `/v1/repositories/${repository}/private_keys`])(
    "%s keeps a key and never shows it",
    async (path) => {
      const made = await json<object>(await send(path, { name: " deploy key ", key: keyOf("ed25519") }), 201);
      const digest = keyOf("ed25519.fingerprint").trim();
      expect(made).toEqual({
        id: expect.any(Number),
        name: "deploy key",
        scope: expect.any(String),
        digest,
        created_at: expect.any(String),
      });
      expect(await outcome(send(path, { name: "DEPLOY KEY", key: keyOf("ed25519") }))).toEqual({
        status: 400,
        code: "private_keys.name_taken",
      });
      expect(await outcome(send(path, { key: keyOf("ed25519") }))).toEqual({ status: 400, code: "private_keys.missing_name" });
      expect(await outcome(send(path, { name: "a" }))).toEqual({ status: 400, code: "private_keys.missing_key" });
      for (const key of [keyOf("protected_ed25519"), "nonsense", { a: 1 }]) {
        const { status, code } = await outcome(send(path, { name: "b", key }));
        expect([status, code]).toEqual([
          400,
          typeof key === "string" ? "private_keys.invalid_key" : "private_keys.missing_key",
        ]);
      }
      const listed = await (await platform.request("GET", path, { token: tokens.admin })).text();
      expect(listed).toContain(digest);
      const body = keyOf("ed25519").split("\n")[2] ?? "";
      expect(listed + platform.logs()).not.toContain(body);
    },
  );
});
