import { expect, test } from "bun:test";
import { loadInstallation } from "../../core/app/installation";
import { previewSetUp } from "../../core/app/set-up";
import { exchange, userNamed } from "../../testing/factories";
import type { TestPlatform } from "../../testing/test-platform";
import { scenarios, unrecorded } from "./recorded-acts/scenarios";
import { useActsWorld } from "./recorded-acts/world";

const world = await useActsWorld();
const { platform, admin } = world;
const { db } = platform;

/** Routes that programs alone call: they report what they were told to do. */
const forPrograms = /^service\b/;
const parts = previewSetUp(await loadInstallation({ env: {}, config: {} })).installed.map((installed) => installed.parts);
const changing = parts
  .flatMap(({ routes = [] }) => routes)
  .filter(({ method, access }) => method !== "GET" && !forPrograms.test(access.label))
  .map(({ method, path }) => `${method} ${path}`);
// Whatever can be done there, it is more than looking.
const mounted = parts.flatMap(({ mount = [] }) => mount).map(({ path }) => `mounted at ${path}`);

// An entry of this request can't be written.
await db.sql.unsafe(`
  CREATE FUNCTION refuse_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no entry'; END $$;
  CREATE TRIGGER no_entry BEFORE INSERT ON audit_log FOR EACH ROW WHEN (NEW.request_id = 'without-entry') EXECUTE FUNCTION refuse_entry();`);

test("each route that changes something for somebody has a scenario here, or a reason why it leaves no entry", () => {
  const served = [...changing, ...mounted];
  const listed = [...Object.keys(scenarios), ...Object.keys(unrecorded)];
  expect({
    toBeListedInScenarios: served.filter((route) => !listed.includes(route)),
    listedButNotServed: listed.filter((route) => !served.includes(route)),
    listedTwice: listed.filter((route, index) => listed.indexOf(route) !== index),
  }).toEqual({ toBeListedInScenarios: [], listedButNotServed: [], listedTwice: [] });
});

test.each(Object.entries(scenarios))("%s leaves an entry, and isn't done without one", async (route, { action, prepare }) => {
  const [method = ""] = route.split(" ");
  const { path, body } = await prepare(world);
  const ask = (requestId: string) =>
    platform.request(method, path, { token: admin, body, headers: { "x-request-id": requestId } });

  // Had anything of it lasted, the second time would end in another way, or leave no entry.
  expect((await ask("without-entry")).status).toBe(500);
  const requestId = crypto.randomUUID();
  const answer = await ask(requestId);
  expect({ status: answer.status, ok: answer.ok }).toMatchObject({ ok: true });

  const entries = await db.sql`
    SELECT action, actor, credential, subject_type, coalesce(subject_id::text, subject_name) IS NOT NULL AS named
      FROM audit_log WHERE request_id = ${requestId}`;
  expect([...entries]).toEqual([
    { action, actor: "admin", credential: "session", subject_type: action.split(".")[0], named: true },
  ]);
});

test("a sign-in leaves an entry, and nobody is signed in without one", async () => {
  const signIn = (requestId: string) => {
    const request: TestPlatform["request"] = (method, path, options) =>
      platform.request(method, path, { ...options, headers: { "x-request-id": requestId } });
    return exchange({ request }, platform.github, userNamed(platform.github, "grace"));
  };
  expect((await signIn("without-entry")).status).toBe(500);
  expect([...(await db.sql`SELECT login FROM users WHERE login = 'grace'`)]).toEqual([]);
  expect((await signIn("with-entry")).status).toBe(200);
  const entries = await db.sql`SELECT action, actor, subject_name FROM audit_log WHERE request_id = 'with-entry'`;
  expect([...entries]).toEqual([{ action: "session.created", actor: "grace", subject_name: "grace" }]);
});
