import { expect, setDefaultTimeout, test } from "bun:test";
import type { Fault } from "../../../testing/github";
import { useAuthWorld } from "./world/auth-world";

// Calls that fail are tried again after a second.
setDefaultTimeout(30_000);

const { github, server, db, cameBack, exchange } = await useAuthWorld();
const secretRedirect = "https://ui.example.org/auth/signin?next=%2Fsecret-place";

/** Everything that must not be read anywhere but by whom it is for. */
const secrets = new Map<string, string>([["client secret", github.environment().COCOV_GITHUB_OAUTH_CLIENT_SECRET ?? ""]]);
let people = 0;

/** Signs somebody new in, whatever comes of it. */
async function tryToSignIn(fault?: (login: string) => Fault, change: Record<string, string> = {}): Promise<number> {
  people += 1;
  const [login, email] = [`person-${people}`, `mail-${people}@private.example`];
  github.addUser({ login, emails: [email, { email: `un${email}`, verified: false, primary: false }] });
  const back = await cameBack(login, secretRedirect);
  const failing = fault && github.fail(fault(login));
  const answer = await exchange({ ...back, ...change });
  failing?.clear();
  const body: { token?: string } = await answer.json();
  for (const [name, value] of Object.entries({ ...back, email, ...change, ...body })) {
    if (["exchange_token", "state", "code", "email", "token"].includes(name)) secrets.set(`${name} of ${login}`, value);
  }
  return answer.status;
}

function expectNothingReadable(): void {
  const logs = server.logs();
  for (const [name, secret] of secrets) {
    expect(secret.length).toBeGreaterThan(5);
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]) {
      expect([name, logs.includes(form)]).toEqual([name, false]);
    }
  }
  expect(logs).not.toMatch(/gh[a-z]_\w{8}|co[aps]_[0-9a-f]{8}|private\.example|secret-place|BEGIN RSA/);
}

test("a sign-in that succeeds leaves nothing readable in the log", async () => {
  expect(await tryToSignIn()).toBe(200);
  expect(server.logs()).toContain("user:person-1");
  expectNothingReadable();
});

const failures: Fault[] = [{ status: 500 }, { status: 422 }, { status: 200, body: "<html>" }];

test("neither does one that fails at GitHub, wherever and however", async () => {
  const outcomes: number[] = [];
  for (const failure of failures.slice(0, 2)) {
    outcomes.push(await tryToSignIn(() => ({ ...failure, match: "/login/oauth/access_token" })));
  }
  const later = failures.flatMap((failure) => [
    tryToSignIn((login) => ({
      ...failure,
      match: ({ path, caller }) => path.startsWith("/user") && caller === `user:${login}`,
    })),
    tryToSignIn((login) => ({ ...failure, match: `/orgs/acme/members/${login}` })),
  ]);
  outcomes.push(...(await Promise.all(later)));
  expect(new Set(outcomes)).toEqual(new Set([400, 502]));
  expectNothingReadable();
});

test.each([
  ["state", "f".repeat(42)],
  ["code", "c0de5ecret"],
  ["exchange_token", "e".repeat(42)],
])("neither does one that is refused for its %s", async (name, value) => {
  expect(await tryToSignIn(undefined, { [name]: value })).toBe(400);
  expectNothingReadable();
});

test.each(["user_emails", "users", "user_tokens", "pending_sign_ins"])(
  "neither does one that PostgreSQL refuses at %s",
  async (table) => {
    const back = table === "pending_sign_ins" ? undefined : table;
    await db.sql`ALTER TABLE ${db.sql(table)} ADD CONSTRAINT refuses CHECK (false) NOT VALID`;
    try {
      if (back) expect(await tryToSignIn()).toBe(500);
      else expect((await server.request("POST", "/auth/begin", { body: { redirect: secretRedirect } })).status).toBe(500);
    } finally {
      await db.sql`ALTER TABLE ${db.sql(table)} DROP CONSTRAINT refuses`;
    }
    expectNothingReadable();
  },
);

test("what is kept is readable nowhere in the database but addresses", async () => {
  const rows = await db.sql`
    SELECT to_jsonb(u)::text AS row FROM users u UNION ALL SELECT to_jsonb(t)::text FROM user_tokens t
     UNION ALL SELECT to_jsonb(p)::text FROM pending_sign_ins p UNION ALL SELECT to_jsonb(j)::text FROM core_jobs j`;
  const text = rows.map(({ row }) => row).join("\n");
  for (const [name, secret] of secrets) expect([name, text.includes(secret)]).toEqual([name, false]);
});
