import { afterAll, afterEach } from "bun:test";
import { createHmac } from "node:crypto";
import { startTestServer, type TestServer } from "../../../../testing/server";

export const secret = "tests' webhook secret";

/** What a test sends; what it leaves out is as GitHub would send it. */
export interface Sent {
  body?: string | Uint8Array<ArrayBuffer>;
  /** Null leaves the header out. */
  event?: string | null;
  delivery?: string | null;
  signature?: string | null;
  contentType?: string;
  requestId?: string;
}

/** @returns the signature GitHub would send */
export function sign(body: string | Uint8Array, key = secret): string {
  return `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
}

/** Sends a delivery to the webhook route. */
export function deliver(
  server: TestServer,
  { body = "{}", event, delivery, signature, contentType, requestId = crypto.randomUUID() }: Sent = {},
): Promise<Response> {
  const headers = Object.entries({
    "content-type": contentType ?? "application/json",
    "x-request-id": requestId,
    "x-github-event": event === undefined ? "push" : event,
    "x-github-delivery": delivery === undefined ? crypto.randomUUID() : delivery,
    "x-hub-signature-256": signature === undefined ? sign(body) : signature,
  }).filter((header): header is [string, string] => header[1] !== null);
  return fetch(`${server.url}/v1/github/events`, { method: "POST", headers, body });
}

export async function answer(response: Response): Promise<{ status: number; code: unknown }> {
  const text = await response.text();
  return { status: response.status, code: text === "" ? null : JSON.parse(text).code };
}

/** Servers on one database whose webhooks are noted by two handlers. */
export async function useNotingServers(count: number) {
  const config = { plugins: { load: ["./tests/plugins/github/world/noting-plugin.ts"] } };
  const env = { COCOV_GITHUB_WEBHOOK_SECRET_KEY: secret };
  const jobTiming = { upkeep: 0.5 };
  const first = await startTestServer({ config, env, jobTiming });
  const { db } = first.app;
  await db.sql`CREATE TABLE notes (handler text NOT NULL, payload text NOT NULL, sequence bigint NOT NULL, request text)`;
  await db.sql`CREATE TABLE obstacles (handler text NOT NULL)`;
  const others = await Promise.all(
    Array.from({ length: count - 1 }, () => startTestServer({ config, env, jobTiming, databaseUrl: first.databaseUrl })),
  );
  afterEach(async () => {
    await db.sql`TRUNCATE obstacles`;
    await first.app.jobs.idle();
    await db.sql`TRUNCATE notes, github_deliveries, core_jobs`;
  });
  afterAll(async () => {
    await Promise.all(others.map((server) => server.stop()));
    await first.stop();
  });
  const notes = () =>
    db.sql<
      { handler: string; payload: string; sequence: number; request: string | null }[]
    >`SELECT * FROM notes ORDER BY sequence, handler`;
  const delivery = async (id: string) => {
    const [row] = await db.sql<{ id: number; state: string; payload: string | null; waiting: string[] }[]>`
      SELECT id, state, payload, waiting FROM github_deliveries WHERE delivery_id = ${id}`;
    return row;
  };
  return { servers: [first, ...others] as [TestServer, ...TestServer[]], db, jobs: first.app.jobs, notes, delivery };
}
