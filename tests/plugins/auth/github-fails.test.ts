import { expect, setDefaultTimeout, test } from "bun:test";
import { identify } from "../../../plugins/auth/identify";
import { codeChallenge } from "../../../plugins/auth/pkce";
import type { Fault } from "../../../testing/github";
import { failureOf, setUpGitHub } from "../github/world/set-up";
import { refusal, useAuthWorld } from "./world/auth-world";

// A call that hangs is given up after some seconds, and tried once more.
setDefaultTimeout(30_000);

const { github, server, db, cameBack, exchange, written } = await useAuthWorld();
const unavailable = { status: 502, code: "github.unavailable" };
const refused = { status: 400, code: "session.cannot_exchange" };

/** Calls of a sign-in, as the request log shows them; each takes the login, so that sign-ins can run side by side. */
const steps: Record<string, (login: string) => Fault["match"]> = {
  user: (login) => (request) => request.path === "/user" && request.caller === `user:${login}`,
  emails: (login) => (request) => request.path === "/user/emails" && request.caller === `user:${login}`,
  membership: (login) => (request) => request.path === `/orgs/acme/members/${login}`,
};
const faults: [string, Fault, { [step: string]: typeof unavailable }][] = [
  ["500", { status: 500 }, { user: unavailable, emails: unavailable, membership: unavailable }],
  ["503 with a page", { status: 503, body: "<html>" }, { user: unavailable, emails: unavailable, membership: unavailable }],
  ["no connection", { dropConnection: true }, { user: unavailable, emails: unavailable, membership: unavailable }],
  ["silence", { hang: true }, { user: unavailable, emails: unavailable, membership: unavailable }],
  ["429", { status: 429 }, { user: unavailable, emails: unavailable, membership: unavailable }],
  ["401", { status: 401 }, { user: refused, emails: refused, membership: unavailable }],
  ["403", { status: 403 }, { user: refused, emails: refused, membership: unavailable }],
  ["422", { status: 422 }, { user: refused, emails: refused, membership: unavailable }],
];

test.each([500, 401, 404])(
  "a refused token of the App's own, with %d, is told as GitHub being out of reach",
  async (status) => {
    const back = await cameBack("early-bird");
    github.fail({ status, match: "/app/installations/*/access_tokens" });
    expect(await refusal(await exchange(back))).toEqual(unavailable);
    expect(await written()).toBe(JSON.stringify({ users: [], emails: [], tokens: [] }));
  },
);

test("whatever fails at GitHub on the way is told as such, and nothing is written", async () => {
  const before = await written();
  const cases = faults.flatMap(([name, fault, expected], row) =>
    Object.entries(steps).map(([step, match]) => ({
      name,
      fault,
      step,
      match,
      expected: expected[step],
      login: `${step}-${row}`,
    })),
  );
  const outcomes = await Promise.all(
    cases.map(async ({ name, fault, step, match, login }) => {
      const back = await cameBack(login);
      github.fail({ ...fault, match: match(login) });
      return { name, step, ...(await refusal(await exchange(back))) };
    }),
  );
  expect(outcomes).toEqual(cases.map(({ name, step, expected }) => ({ name, step, ...(expected ?? unavailable) })));
  expect(await written()).toBe(before);
  expect([...(await db.sql`SELECT id FROM pending_sign_ins`)]).toEqual([]);
});

test.each([
  ["/user", "{}"],
  ["/user", '{"id":"1","login":"ada"}'],
  ["/user", '{"id":1,"login":"a\\u0000"}'],
  ["/user/emails", "{}"],
  ["/user/emails", '[{"email":"ada@example.org"}]'],
  ["/user/emails", '[{"email":"ada\\u0000@example.org","verified":true}]'],
])("%s answered with %s is no usable answer", async (match, body) => {
  const before = await written();
  const back = await cameBack("ada");
  github.fail({ status: 200, body, match });
  expect(await refusal(await exchange(back))).toEqual(unavailable);
  expect(await written()).toBe(before);
});

test("a GitHub that answers everything late is waited for only so long in all", async () => {
  const { api } = setUpGitHub(server, github.environment());
  const begun = api.authorizeUrl({
    redirectUri: "https://ui.example.org/",
    state: "x",
    scope: "repo",
    codeChallenge: codeChallenge("v"),
  });
  const { code } = await github.authorize(begun, github.addUser({ login: "patient" }));
  github.fail({ match: "/user/emails", hang: true });
  const redeemed = { code, redirect: "https://ui.example.org/", codeVerifier: "v" };
  expect(await failureOf(() => identify(api, redeemed, 0.5))).toBe("github.unavailable");
});

test.each([
  [{ status: 500 }, unavailable],
  [{ dropConnection: true }, unavailable],
  [{ status: 200, body: "[]" }, unavailable],
  [{ status: 404 }, refused],
  [{ status: 200, body: JSON.stringify({ error: "bad_verification_code" }) }, refused],
])("an exchange of the code that ends with %j is told as such", async (fault, expected) => {
  const back = await cameBack("ada");
  github.fail({ ...fault, match: "/login/oauth/access_token" });
  expect(await refusal(await exchange(back))).toEqual(expected);
  expect(await written()).toBe(JSON.stringify({ users: [], emails: [], tokens: [] }));
});

test.each([500, 403, 404])(
  "a list of outside collaborators that is answered with %d keeps nobody out for good",
  async (status) => {
    github.addUser({ login: `stranger-${status}`, orgRole: "none" });
    const back = await cameBack(`stranger-${status}`);
    github.fail({ status, match: "/orgs/acme/outside_collaborators" });
    expect(await refusal(await exchange(back))).toEqual(unavailable);
  },
);

test("one failure is made up for by the second try", async () => {
  const back = await cameBack("lucky");
  github.fail({ status: 502, times: 1, match: "/user" });
  expect((await exchange(back)).status).toBe(200);
});

test("GitHub refusing connections is told as such", async () => {
  const back = await cameBack("ada");
  await github.down();
  try {
    expect(await refusal(await exchange(back))).toEqual(unavailable);
  } finally {
    await github.up();
  }
  expect(server.logs()).not.toContain(back.code);
});
