import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { sweepDeliveries } from "../../../plugins/github/deliveries/sweep";
import { signIn } from "../../../testing/factories";
import type { Permission, Repository, User } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

setDefaultTimeout(60_000);

const { github, server, db, jobs, add, get, members } = await useRepositoryWorld();
const repositories = await Promise.all(["one", "two"].map((name) => add({ name })));
const people = await Promise.all(
  ["ada", "bob"].map(async (login) => {
    const user = github.addUser({ login });
    return { user, token: await signIn(server, github, login) };
  }),
);
const team = github.addTeam("team");
await jobs.idle();
afterEach(() => jobs.idle());

/** A change on GitHub, and what it sends because of it. */
type Change = () => [event: string, payload: object] | null;

const grants: readonly (Permission | null)[] = [null, "read", "maintain", "admin"];
const person = fc.constantFrom(...people.map(({ user }) => user));
const repository = fc.constantFrom(...repositories.map(({ onGitHub }) => onGitHub));
const grant = fc.constantFrom(...grants);

const collaborates = (user: User, where: Repository, what: Permission | null): Change => {
  return () => {
    where.setCollaborator(user, what);
    return ["member", github.payloads.member(where, user, what === null ? "removed" : "edited")];
  };
};
const joinsOrLeavesTeam = (user: User, joins: boolean): Change => {
  return () => {
    if (user.orgRole === "none") return null;
    if (joins) team.add(user);
    else team.remove(user);
    return ["membership", github.payloads.membership(user, joins ? "added" : "removed", team)];
  };
};
const teamGets = (where: Repository, what: Permission | null): Change => {
  return () => {
    team.grant(where, what);
    return ["team", github.payloads.team(what === null ? "removed_from_repository" : "edited", where, team)];
  };
};
const joinsOrLeavesOrganization = (user: User, joins: boolean): Change => {
  return () => {
    const payload = github.payloads.organization(user, joins ? "member_added" : "member_removed");
    if (joins) github.updateUser(user, { orgRole: "member" });
    else github.removeMember(user);
    return ["organization", payload];
  };
};

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(person, repository, grant).map((given) => collaborates(...given)),
  fc.tuple(person, fc.boolean()).map((given) => joinsOrLeavesTeam(...given)),
  fc.tuple(repository, grant).map((given) => teamGets(...given)),
  fc.tuple(person, fc.boolean()).map((given) => joinsOrLeavesOrganization(...given)),
);
/** What becomes of a delivery: it comes at some place in the order, once or twice, or never, until it is asked for. */
const fate = fc.record({ place: fc.nat(1000), copies: fc.constantFrom(0, 1, 1, 2) });
const scene = fc.array(fc.record({ change, fate }), { minLength: 2, maxLength: 10 });

const levels = { read: "user", triage: "user", write: "user", maintain: "maintainer", admin: "admin" } as const;

/** What GitHub says of a repository's people. */
async function onGitHub({ fullName }: Repository): Promise<Record<string, string>> {
  const answer = await fetch(`${github.apiUrl}/repos/${fullName}/collaborators?per_page=100`, {
    headers: { authorization: `Bearer ${github.installationToken()}` },
  });
  const collaborators: { id: number; role_name: Permission }[] = await answer.json();
  return Object.fromEntries(collaborators.map(({ id, role_name }) => [String(id), levels[role_name]]));
}

test("in whatever order deliveries come, once, twice, or only when asked for again, people end with what GitHub lets them do", async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (changes) => {
      const sent: { event: string; payload: object; id: string; place: number }[] = [];
      for (const { change, fate } of changes) {
        const told = change();
        if (!told) continue;
        const [event, payload] = told;
        const delivery = { event, payload, id: crypto.randomUUID() };
        if (fate.copies === 0) github.loseDelivery(event, payload, { id: delivery.id });
        for (let copy = 0; copy < fate.copies; copy += 1) sent.push({ ...delivery, place: (fate.place * (copy + 1)) % 1009 });
      }
      const sweep = db.transaction((tx) => jobs.enqueue(tx, sweepDeliveries, {}));
      for (const { event, payload, id } of sent.toSorted((a, b) => a.place - b.place))
        await github.deliver(event, payload, { id });
      await sweep;
      await jobs.idle();
      await github.redelivered();
      await aMinuteLater();

      for (const { onGitHub: where, added } of repositories) expect(await members(added.id)).toEqual(await onGitHub(where));
      for (const { onGitHub: where, added } of repositories) {
        const levels = await members(added.id);
        for (const { user, token } of people) {
          const { status } = await get(`/v1/repositories/${where.name}`, token);
          // Who was removed has to sign in again, even if they are back.
          if (status !== 401) expect(status).toBe(String(user.id) in levels ? 200 : 404);
        }
      }
      await signBackIn();
    }),
    { numRuns: 8 },
  );
});

/** Those who were removed are looked at once more. */
async function aMinuteLater(): Promise<void> {
  await db.sql`UPDATE core_jobs SET run_at = now(), handed_to = NULL WHERE run_at > now()`;
  await jobs.idle();
}

test("somebody's removal that is told when they are back costs them their session, and their repositories for a minute only", async () => {
  const { onGitHub: where, added } = await add({ name: "three" });
  const user = github.addUser({ login: "eve" });
  await signIn(server, github, "eve");
  await jobs.idle();
  const left = github.payloads.organization(user, "member_removed");
  github.removeMember(user);
  github.updateUser(user, { orgRole: "member" });
  where.setCollaborator(user, "maintain");
  await github.deliver("organization", github.payloads.organization(user, "member_added"));
  await jobs.idle();
  expect(await members(added.id)).toMatchObject({ [user.id]: "maintainer" });
  await github.deliver("organization", left);
  await jobs.idle();
  expect(Object.keys(await members(added.id))).not.toContain(String(user.id));
  await aMinuteLater();
  expect(await members(added.id)).toMatchObject({ [user.id]: "maintainer" });
});

/** Everybody is a member with a session for the next round, and what they may do stays. */
async function signBackIn(): Promise<void> {
  for (const one of people) {
    github.updateUser(one.user, { orgRole: "member" });
    one.token = await signIn(server, github, one.user.login);
  }
  await jobs.idle();
}
