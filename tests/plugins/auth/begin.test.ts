import { expect, test } from "bun:test";
import { forgetPendingSignIns } from "../../../plugins/auth/jobs";
import { refusal, useAuthWorld } from "./world/auth-world";

const { github, server, db } = await useAuthWorld();
const begin = (body: unknown) => server.request("POST", "/auth/begin", { body });

/** @returns the address GitHub is asked to send the browser back to */
async function redirectUri(redirect: string): Promise<string> {
  const { redirect_to }: { redirect_to: string } = await (await begin({ redirect })).json();
  return new URL(redirect_to).searchParams.get("redirect_uri") ?? "";
}

test("beginning leads to GitHub's consent page with all it needs", async () => {
  const answer = await begin({ redirect: "https://ui.example.org/auth/signin?next=%2Frepos" });
  expect(answer.status).toBe(200);
  const { redirect_to }: { redirect_to: string } = await answer.json();
  const page = new URL(redirect_to);
  expect(`${page.origin}${page.pathname}`).toBe(`${github.url}/login/oauth/authorize`);
  const { redirect_uri, state, code_challenge, ...rest } = Object.fromEntries(page.searchParams);
  expect(rest).toEqual({
    client_id: github.environment().COCOV_GITHUB_OAUTH_CLIENT_ID ?? "",
    scope: "user:email,repo",
    allow_signup: "false",
    code_challenge_method: "S256",
  });
  expect(code_challenge).toMatch(/^[\w-]{43}$/);
  expect(state).toMatch(/^[0-9a-f]{42}$/);
  expect(redirect_uri).toMatch(/^https:\/\/ui\.example\.org\/auth\/signin\?next=%2Frepos&exchange_token=[0-9a-f]{42}$/);
});

test.each([
  ["https://ui.example.org", /^https:\/\/ui\.example\.org\?exchange_token=[0-9a-f]{42}$/],
  ["http://localhost:3000/a/b?", /^http:\/\/localhost:3000\/a\/b\?exchange_token=[0-9a-f]{42}$/],
  ["https://ui.example.org/?a=1&a=2&b", /^https:\/\/ui\.example\.org\/\?a=1&a=2&b&exchange_token=[0-9a-f]{42}$/],
  ["https://ui.example.org/?q=a?b=c", /^https:\/\/ui\.example\.org\/\?q=a\?b=c&exchange_token=[0-9a-f]{42}$/],
  ["https://ui.example.org/x#top?y", /^https:\/\/ui\.example\.org\/x\?exchange_token=[0-9a-f]{42}#top\?y$/],
  ["HTTPS://UI.example.org/x", /^HTTPS:\/\/UI\.example\.org\/x\?exchange_token=[0-9a-f]{42}$/],
])("the exchange token joins the query of %s", async (redirect, expected) => {
  expect(await redirectUri(redirect)).toMatch(expected);
});

test.each(["exchange_token=old", "exchange%5Ftoken=old"])(
  "an exchange token that stands in the redirect as %s is replaced",
  async (pair) => {
    expect(await redirectUri(`https://ui.example.org/?${pair}&a=1`)).toMatch(
      /^https:\/\/ui\.example\.org\/\?a=1&exchange_token=[0-9a-f]{42}$/,
    );
  },
);

test.each([
  "/auth/signin",
  "//ui.example.org/auth",
  "ui.example.org",
  "javascript:alert(1)",
  "ftp://ui.example.org/",
  "https:ui.example.org",
  "https:///ui.example.org",
  "https:\\\\ui.example.org",
  "https://",
  "https://?a=1",
  "https://ui.example.org:port/",
  "https://ui.exa mple.org/",
  "https://ui.example.org/a\nb",
  " https://ui.example.org/",
  "x https://ui.example.org/",
  "https://ada@ui.example.org/",
  "https://ada:secret@ui.example.org/",
  "https://@ui.example.org/",
  "https://ui.example.org@evil.example/",
  "https://evil.example\\@ui.example.org/",
  "https://ui.example.org\\.evil.example/",
  "https://ui.example.org/\\evil.example",
  "https://ui.example.org/?next=\\",
])("%p is refused as a redirect", async (redirect) => {
  expect(await refusal(await begin({ redirect }))).toEqual({ status: 400, code: "session.bad_redirect_uri" });
});

test.each([[undefined], [null], [""], ["  "], [[]], [{}], [false]])("%p is a missing redirect", async (redirect) => {
  expect(await refusal(await begin({ redirect }))).toEqual({ status: 400, code: "session.no_redirect" });
});

test("a request without a body misses the redirect, and a form may carry it", async () => {
  expect(await refusal(await server.request("POST", "/auth/begin"))).toEqual({ status: 400, code: "session.no_redirect" });
  const form = await fetch(`${server.url}/auth/begin`, {
    method: "POST",
    body: new URLSearchParams({ redirect: "https://ui.example.org" }),
  });
  expect(form.status).toBe(200);
});

test("neither half of the pair is stored in readable form", async () => {
  const exchangeToken = (await redirectUri("https://ui.example.org/")).match(/exchange_token=(\w+)/)?.[1] ?? "";
  expect(exchangeToken).toHaveLength(42);
  expect(JSON.stringify(await db.sql`SELECT * FROM pending_sign_ins`)).not.toContain(exchangeToken);
});

test("every sign-in gets a pair of its own", async () => {
  const uris = await Promise.all(Array.from({ length: 8 }, () => redirectUri("https://ui.example.org/")));
  expect(new Set(uris).size).toBe(8);
});

test("an @ behind the host is no credential", async () => {
  expect((await begin({ redirect: "https://ui.example.org/@ada?mail=ada@example.org" })).status).toBe(200);
});

test("of unfinished sign-ins the newest ten thousand are kept", async () => {
  await redirectUri("https://ui.example.org/");
  await db.sql`
    INSERT INTO pending_sign_ins (hashed_exchange_token, hashed_state, expires_at)
    SELECT 'token ' || n, 'state', now() + interval '1 hour' FROM generate_series(1, 10000) AS n`;
  await Promise.all(Array.from({ length: 4 }, () => redirectUri("https://ui.example.org/")));
  const rows = await db.sql<{ name: string }[]>`SELECT hashed_exchange_token AS name FROM pending_sign_ins ORDER BY id`;
  expect(rows.map(({ name }) => name).filter((name) => name.startsWith("token"))).toEqual(
    Array.from({ length: 9996 }, (_, index) => `token ${index + 5}`),
  );
  expect(rows).toHaveLength(10_000);
});

test("sign-ins that nobody finished in time go by schedule", async () => {
  await db.sql`TRUNCATE pending_sign_ins`;
  await redirectUri("https://ui.example.org/");
  await db.sql`UPDATE pending_sign_ins SET expires_at = now() - interval '1 second'`;
  await redirectUri("https://ui.example.org/");
  await db.transaction((tx) => server.app.jobs.enqueue(tx, forgetPendingSignIns, {}));
  await server.app.jobs.idle();
  expect([...(await db.sql`SELECT expires_at > now() AS fresh FROM pending_sign_ins`)]).toEqual([{ fresh: true }]);
});
