import { describe, expect, test } from "bun:test";
import { useTestServer } from "../../../testing/server";
import { answer, deliver, secret, sign } from "./world/webhook-world";

const server = await useTestServer({ env: { COCOV_GITHUB_WEBHOOK_SECRET_KEY: secret } });
const closed = await useTestServer();
const open = await useTestServer({ env: { COCOV_ALLOW_UNSIGNED_WEBHOOKS: "true" } });
const refused = { status: 403, code: "github.invalid_signature" };

describe("a webhook's signature", () => {
  test("lets a delivery in, which gets an empty 200", async () => {
    const response = await deliver(server);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  test.each([
    ["absent", null],
    ["blank", ""],
    ["without its prefix", sign("{}").slice("sha256=".length)],
    ["of another algorithm", sign("{}").replace("sha256", "sha512")],
    ["too short", sign("{}").slice(0, -2)],
    ["too long", `${sign("{}")}00`],
    ["not hexadecimal", `sha256=${"g".repeat(64)}`],
    ["made with another secret", sign("{}", "guessed")],
    ["of another body", sign('{"a":1}')],
  ])("is refused when it is %s", async (_what, signature) => {
    expect(await answer(await deliver(server, { signature }))).toEqual(refused);
  });

  test("is taken over the raw bytes, valid UTF-8 or not", async () => {
    const body = new Uint8Array([0x7b, 0xff, 0x7d]);
    expect(await answer(await deliver(server, { body, signature: sign("{\ufffd}") }))).toEqual(refused);
    expect(await answer(await deliver(server, { body }))).toEqual({ status: 400, code: "github.invalid_payload" });
  });

  test("is looked at before everything else", async () => {
    expect(await answer(await deliver(server, { body: "no JSON", event: null, delivery: null, signature: null }))).toEqual(
      refused,
    );
  });

  test("can't be right while no secret is configured", async () => {
    expect(await answer(await deliver(closed))).toEqual(refused);
    expect(await answer(await deliver(closed, { signature: null }))).toEqual(refused);
    expect(await answer(await deliver(closed, { signature: sign("{}", "") }))).toEqual(refused);
  });

  test("isn't asked for where unsigned webhooks are allowed, of which the log warns", async () => {
    expect((await deliver(open, { signature: null })).status).toBe(200);
    expect(open.logs()).toContain("unsigned webhooks are accepted");
  });

  test("is asked for where a secret is configured, allowed or not", async () => {
    const both = await useTestServer({
      env: { COCOV_GITHUB_WEBHOOK_SECRET_KEY: secret, COCOV_ALLOW_UNSIGNED_WEBHOOKS: "true" },
    });
    expect(await answer(await deliver(both, { signature: null }))).toEqual(refused);
    expect(both.logs()).not.toContain("unsigned webhooks are accepted");
  });
});

describe("a signed webhook", () => {
  test("needs an event, an object and a delivery id, judged in this order", async () => {
    const body = "[]";
    expect(await answer(await deliver(server, { event: null, body, delivery: null }))).toMatchObject({
      code: "github.missing_event",
    });
    expect(await answer(await deliver(server, { body, delivery: null }))).toEqual({
      status: 400,
      code: "github.invalid_payload",
    });
    expect(await answer(await deliver(server, { delivery: null }))).toEqual({ status: 400, code: "github.missing_delivery" });
  });

  test("counts blank headers as missing", async () => {
    expect(await answer(await deliver(server, { event: "  " }))).toEqual({ status: 400, code: "github.missing_event" });
    expect(await answer(await deliver(server, { delivery: " " }))).toEqual({ status: 400, code: "github.missing_delivery" });
  });

  test.each(["", "null", "[1]", '"text"', "3", '{"cut":', "payload=%7B%7D", `${"[".repeat(200_000)}`])(
    "is refused when its body isn't a JSON object: %#",
    async (body) => {
      const contentType = body.startsWith("payload=") ? "application/x-www-form-urlencoded" : "application/json";
      expect(await answer(await deliver(server, { body, contentType }))).toEqual({
        status: 400,
        code: "github.invalid_payload",
      });
    },
  );

  test("is accepted with characters that the database's own JSON refuses", async () => {
    expect((await deliver(server, { body: '{"a":"\\u0000\\ud800"}' })).status).toBe(200);
  });

  test("is accepted when nobody handles its event", async () => {
    const delivery = crypto.randomUUID();
    expect((await deliver(server, { event: "ping", delivery })).status).toBe(200);
    const rows = await server.app.db.sql`
      SELECT state, payload, waiting FROM github_deliveries WHERE delivery_id = ${delivery}`;
    expect([...rows]).toEqual([{ state: "processed", payload: null, waiting: [] }]);
  });

  test("may have 25 MiB and not a byte more", async () => {
    const limit = 25 * 1024 * 1024;
    const body = (bytes: number) => `{"a":"${"x".repeat(bytes - 8)}"}`;
    expect((await deliver(server, { body: body(limit) })).status).toBe(200);
    expect(await answer(await deliver(server, { body: body(limit + 1) }))).toEqual({ status: 413, code: "request.too_large" });
  });
});
