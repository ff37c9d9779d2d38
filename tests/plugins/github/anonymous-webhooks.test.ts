import { expect, test } from "bun:test";
import { connect } from "node:net";
import { useTestServer } from "../../../testing/server";
import { answer, deliver, secret, sign } from "./world/webhook-world";

const server = await useTestServer({ env: { COCOV_GITHUB_WEBHOOK_SECRET_KEY: secret } });
const mebibyte = 1024 * 1024;

/** Begins a delivery of 25 MiB and sends 24 of them. */
async function begin(headers: string): Promise<{ status: Promise<string>; leave(): void }> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  const status = Promise.withResolvers<string>();
  socket.on("data", (data) => status.resolve(data.toString().slice(9, 12)));
  socket.on("error", () => status.resolve("gone"));
  socket.write(`POST /v1/github/events HTTP/1.1\r\nHost: x\r\nContent-Length: ${25 * mebibyte}\r\n${headers}\r\n`);
  const written = new Promise<void>((resolve) => socket.write(Buffer.alloc(24 * mebibyte, " "), () => resolve()));
  await Promise.race([written, status.promise]);
  return { status: status.promise, leave: () => socket.destroy() };
}

test("webhooks that nobody signed make the server hold 256 MiB and no more", async () => {
  const guessed = `X-GitHub-Event: push\r\nX-Hub-Signature-256: ${sign("guessed")}\r\n`;
  const anonymous = await Promise.all(Array.from({ length: 12 }, () => begin(guessed)));
  const refused = await Promise.race(anonymous.map(({ status }) => status));
  expect(refused).toBe("503");
  for (const { leave } of anonymous) leave();
  const body = `{"padding":"${"x".repeat(20 * mebibyte)}"}`;
  let delivered = await deliver(server, { body, event: "ping" });
  while (delivered.status === 503) delivered = await deliver(server, { body, event: "ping" });
  expect(delivered.status).toBe(200);
});

test("a webhook without a signature is refused before its body is read", async () => {
  const { status, leave } = await begin("X-GitHub-Event: push\r\n");
  expect(await status).toBe("403");
  leave();
  const tooLarge = new Uint8Array(25 * mebibyte + 1);
  expect(await answer(await deliver(server, { body: tooLarge, signature: null }))).toEqual({
    status: 403,
    code: "github.invalid_signature",
  });
  expect((await answer(await deliver(server, { body: tooLarge }))).code).toBe("request.too_large");
});
