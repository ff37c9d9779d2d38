import { beforeEach, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { json } from "../../../testing/factories";
import { recorder } from "./recorder";
import { type ShownSecret, useSecretsWorld } from "./secrets-world";

const world = await useSecretsWorld([`${import.meta.dir}/recorder`]);
const { platform, tokens, outcome, repository } = world;
const ofRepository = `/v1/repositories/${repository}`;

beforeEach(() => void recorder.acts.splice(0));

test("what people do with secrets and keys is told, by name and without values; what fails isn't", async () => {
  const { admin: token } = tokens;
  const secret = await world.createSecret("TOLD", "made-up value");
  await platform.request("POST", "/v1/secrets", { token, body: { name: "told", data: "x" } });
  await platform.request("PATCH", `/v1/secrets/${secret.id}`, { token, body: { data: "y" } });
  await platform.request("DELETE", `/v1/secrets/${secret.id}`, { token });
  await platform.request("DELETE", `/v1/secrets/${secret.id}`, { token });
  await world.createSecret("INNER", "x", repository);
  const { privateKey: key } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const made = await platform.request("POST", `${ofRepository}/private_keys`, { token, body: { name: "deploy", key } });
  const { id } = await json<{ id: number }>(made, 201);
  await platform.request("DELETE", `${ofRepository}/private_keys/${id}`, { token });
  expect(recorder.acts).toEqual([
    "secret.created TOLD -",
    "secret.changed TOLD -",
    "secret.deleted TOLD -",
    "secret.created INNER shop",
    "private_key.created deploy shop",
    "private_key.deleted deploy shop",
  ]);
});

test("secrets of a user who is deleted pass to the heir", async () => {
  const token = await platform.signIn("lea");
  await platform.db.sql`UPDATE users SET admin = true WHERE login = 'lea'`;
  const body = { name: "INHERITED", data: "x" };
  const made = await json<ShownSecret>(await platform.request("POST", "/v1/secrets", { token, body }), 201);
  expect(made.owner.login).toBe("lea");
  await recorder.replaceUser("lea", "mia");
  const { secrets } = await json<{ secrets: ShownSecret[] }>(
    await platform.request("GET", "/v1/secrets", { token: tokens.admin }),
    200,
  );
  expect(secrets.find(({ id }) => id === made.id)?.owner.login).toBe("mia");
});

test("a secret that is made for somebody just deleted is told to sign in", async () => {
  const token = await platform.signIn("tim");
  await platform.db.sql`UPDATE users SET admin = true WHERE login = 'tim'`;
  const waiting = Promise.withResolvers<void>();
  const deletion = platform.db.transaction(async ({ sql }) => {
    await sql`SELECT FROM users WHERE login = 'tim' FOR UPDATE`;
    const answer = platform.request("POST", "/v1/secrets", { token, body: { name: "LATE", data: "x" } });
    await waitsForLock();
    await sql`DELETE FROM users WHERE login = 'tim'`;
    waiting.resolve();
    return { answer };
  });
  await waiting.promise;
  expect(await outcome((await deletion).answer)).toEqual({ status: 401, code: "auth.invalid_token" });
});

/** Waits until a statement waits for a row. */
async function waitsForLock(): Promise<void> {
  const waits = () => platform.db.sql`
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await waits()).length === 0) await Bun.sleep(5);
}

test("the administration's menu shows how many secrets the organization has", async () => {
  const counters = async () =>
    await json<{ secrets: number }>(await platform.request("GET", "/v1/admin/sidebar_counters", { token: tokens.admin }), 200);
  const before = (await counters()).secrets;
  await world.createSecret("COUNTED", "x");
  await world.createSecret("COUNTED", "x", repository);
  expect((await counters()).secrets).toBe(before + 1);
});
