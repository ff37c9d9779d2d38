import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { syncDaily } from "../../../plugins/repositories/jobs/sync-daily";
import { signIn } from "../../../testing/factories";
import type { Repository, Team, User } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

setDefaultTimeout(30_000);

const { github, server, db, jobs, add, get, until } = await useRepositoryWorld();

/** Somebody, and a repository that they see. */
interface Scene {
  readonly onGitHub: Repository;
  readonly name: string;
  readonly user: User;
  readonly team: Team;
  readonly token: string;
}

let scenes = 0;

/** @param by how they come to see it */
async function scene(by: "collaborator" | "team" | "outside collaborator"): Promise<Scene> {
  scenes += 1;
  const name = `scene-${scenes}`;
  const { onGitHub } = await add({ name });
  const user = github.addUser({ login: `person-${scenes}`, orgRole: by === "outside collaborator" ? "none" : "member" });
  const team = github.addTeam(`team-${scenes}`);
  if (by === "team") {
    team.add(user);
    team.grant(onGitHub, "maintain");
  } else onGitHub.setCollaborator(user, "maintain");
  const token = await signIn(server, github, user.login);
  await jobs.idle();
  const before: Scene = { onGitHub, name, user, team, token };
  expect(await seen(before)).toEqual({ one: 200, branches: 200, listed: [name] });
  return before;
}

async function seen({ name, token }: Scene) {
  const one = await get(`/v1/repositories/${name}`, token);
  const branches = await get(`/v1/repositories/${name}/branches`, token);
  const { repositories = [] }: { repositories?: { name: string }[] } = await (await get("/v1/repositories", token)).json();
  return { one: one.status, branches: branches.status, listed: repositories.map(({ name }) => name) };
}

const nothing = { one: 404, branches: 404, listed: [] };
const signedOut = { one: 401, branches: 401, listed: [] };

type Loss = (scene: Scene) => Promise<unknown> | unknown;

const told: [string, Parameters<typeof scene>[0], typeof nothing, Loss][] = [
  [
    "is no collaborator any more",
    "collaborator",
    nothing,
    ({ onGitHub, user }) => {
      onGitHub.setCollaborator(user, null);
      return github.deliver("member", github.payloads.member(onGitHub, user, "removed"));
    },
  ],
  [
    "is taken out of the team",
    "team",
    nothing,
    ({ user, team }) => {
      team.remove(user);
      return github.deliver("membership", github.payloads.membership(user, "removed", team));
    },
  ],
  [
    "is taken out of the team when their grant has expired",
    "team",
    nothing,
    async ({ user, team }) => {
      github.revokeTokens(user);
      team.remove(user);
      await github.deliver("membership", github.payloads.membership(user, "removed", team));
    },
  ],
  [
    "is taken out of the team when their grant was forgotten long ago",
    "team",
    nothing,
    async ({ user, team }) => {
      await db.sql`UPDATE users SET github_token = NULL WHERE github_id = ${user.id}`;
      team.remove(user);
      await github.deliver("membership", github.payloads.membership(user, "removed", team));
    },
  ],
  [
    "was in a team that loses the repository",
    "team",
    nothing,
    ({ onGitHub, team }) => {
      team.grant(onGitHub, null);
      return github.deliver("team", github.payloads.team("removed_from_repository", onGitHub, team));
    },
  ],
  [
    "was in a team that is deleted",
    "team",
    nothing,
    ({ team }) => {
      team.delete();
      return github.deliver("team", github.payloads.team("deleted", undefined, team));
    },
  ],
  [
    "isn't among those who see what is made private",
    "team",
    nothing,
    ({ onGitHub, team }) => {
      team.grant(onGitHub, null);
      return github.deliver("repository", github.payloads.repository(onGitHub, "privatized"));
    },
  ],
  [
    "isn't among those who get access with another team",
    "collaborator",
    nothing,
    ({ onGitHub, user, team }) => {
      onGitHub.setCollaborator(user, null);
      return github.deliver("team_add", github.payloads.teamAdd(onGitHub, team));
    },
  ],
  [
    "sees the repository go to another owner",
    "collaborator",
    nothing,
    ({ onGitHub, user }) => {
      onGitHub.transfer(user.login);
      return github.deliver("repository", github.payloads.repository(onGitHub, "transferred"));
    },
  ],
  [
    "leaves the organization",
    "team",
    signedOut,
    ({ user }) => {
      const payload = github.payloads.organization(user, "member_removed");
      github.removeMember(user);
      return github.deliver("organization", payload);
    },
  ],
  [
    "was a collaborator from outside with nothing else",
    "outside collaborator",
    signedOut,
    ({ onGitHub, user }) => {
      onGitHub.setCollaborator(user, null);
      return github.deliver("member", github.payloads.member(onGitHub, user, "removed"));
    },
  ],
];

test.each(told)("who %s sees nothing once GitHub has told", async (_way, by, end, lose) => {
  const before = await scene(by);
  await lose(before);
  await jobs.idle();
  expect(await seen(before)).toEqual(end);
});

/** Of these GitHub sends nothing, or it got lost. */
const untold: [string, Parameters<typeof scene>[0], typeof nothing, Loss][] = [
  ["was removed from a repository", "collaborator", nothing, ({ onGitHub, user }) => onGitHub.setCollaborator(user, null)],
  ["has left the organization", "team", signedOut, ({ user }) => github.removeMember(user)],
  ["is suspended", "collaborator", signedOut, ({ user }) => github.updateUser(user, { suspended: true })],
  [
    "has deleted their account",
    "collaborator",
    signedOut,
    ({ user }) => github.fail({ match: new RegExp(`/user/${user.id}$`), status: 404 }),
  ],
];

/** Has the daily sync do what it does within one day. */
async function aDayLater(): Promise<void> {
  await db.sql`UPDATE repositories SET members_read_at = members_read_at - interval '2 days', members_wanted_at = NULL`;
  await db.sql`UPDATE permission_reads SET read_at = read_at - interval '2 days', wanted_at = NULL`;
  for (let rest = 1; rest > 0; ) {
    await db.transaction((tx) => jobs.enqueue(tx, syncDaily, {}));
    await jobs.idle();
    const left = await db.sql`
      SELECT FROM repositories WHERE members_wanted_at IS NULL AND transferred_to IS NULL AND members_read_at < now() - interval '1 day'
      UNION ALL SELECT FROM permission_reads WHERE wanted_at IS NULL AND read_at < now() - interval '1 day'`;
    rest = left.length;
  }
}

test("who loses access without a word of GitHub's sees nothing a day later", async () => {
  const lost: [Scene, typeof nothing][] = [];
  for (const [, by, end, lose] of untold) {
    const before = await scene(by);
    await lose(before);
    lost.push([before, end]);
  }
  await aDayLater();
  for (const [before, end] of lost) expect(await seen(before)).toEqual(end);
});

test("whose permission is lowered may do less at once", async () => {
  const { onGitHub, user, name, token } = await scene("collaborator");
  const maintains = () => server.request("POST", `/v1/repositories/${name}/settings/sync-github`, { token });
  expect((await maintains()).status).toBe(204);
  onGitHub.setCollaborator(user, "triage");
  await github.deliver("member", github.payloads.member(onGitHub, user, "edited"));
  await jobs.idle();
  expect((await maintains()).status).toBe(403);
});

describe("while GitHub can't be asked", () => {
  test("events that say enough take access away; the others do when it is back, and cost nobody anything before", async () => {
    const [removed, transferred, left, stays] = [
      await scene("collaborator"),
      await scene("collaborator"),
      await scene("collaborator"),
      await scene("collaborator"),
    ];
    removed.onGitHub.setCollaborator(removed.user, null);
    transferred.onGitHub.transfer(transferred.user.login);
    const leaving = github.payloads.organization(left.user, "member_removed");
    github.removeMember(left.user);
    const exhausted = github.fail({ status: 429, headers: { "retry-after": "3600" } });
    await github.deliver("member", github.payloads.member(removed.onGitHub, removed.user, "removed"));
    await github.deliver("repository", github.payloads.repository(transferred.onGitHub, "transferred"));
    await github.deliver("organization", leaving);
    await github.deliver("public", github.payloads.public(stays.onGitHub));
    await until(async () => (await db.sql`SELECT FROM github_deliveries WHERE state <> 'processed'`).length === 0);
    await until(async () => (await db.sql`SELECT FROM core_jobs WHERE failed_at IS NOT NULL`).length > 1);
    expect(await seen(transferred)).toEqual(nothing);
    expect(await seen(left)).toEqual(signedOut);
    for (const unchanged of [removed, stays]) expect(await seen(unchanged)).toMatchObject({ one: 200, branches: 200 });
    exhausted.clear();
    await jobs.idle();
    expect(await seen(removed)).toEqual(nothing);
    expect(await seen(stays)).toMatchObject({ one: 200 });
  });
});

describe("nobody loses anything", () => {
  test("by an expired grant, nor by one that has to be confirmed by signing in to the company", async () => {
    const [expired, partial, refused] = [await scene("team"), await scene("team"), await scene("team")];
    github.revokeTokens(expired.user);
    const url = `${github.url}/orgs/acme/sso`;
    const answers = [
      { headers: { "x-github-sso": "partial-results; organizations=1" }, status: 200, body: "[]" },
      { headers: { "x-github-sso": `required; url=${url}` }, status: 403 },
    ];
    for (const [index, { user, team }] of [partial, refused].entries()) {
      const fault = github.fail({ ...answers[index], match: "**/orgs/acme/repos" });
      await github.deliver("membership", github.payloads.membership(user, "added", team));
      await until(async () => fault.hits() > 0);
      await jobs.idle();
      fault.clear();
    }
    await github.deliver("membership", github.payloads.membership(expired.user, "added", expired.team));
    await aDayLater();
    for (const one of [expired, partial, refused]) expect(await seen(one)).toMatchObject({ one: 200 });
  });

  test("by a repository that GitHub hides from the App, whatever is synced, until it shows it again", async () => {
    const hidden = await scene("team");
    hidden.onGitHub.setAppAccess(false);
    // A grant of the App's reaches no further than the App.
    const fault = github.fail({ status: 200, body: "[]", match: "**/orgs/acme/repos" });
    for (let round = 0; round < 2; round += 1) {
      await github.deliver("membership", github.payloads.membership(hidden.user, "added", hidden.team));
      await github.deliver("public", github.payloads.public(hidden.onGitHub));
      await jobs.idle();
      expect(await seen(hidden)).toMatchObject({ one: 200, branches: 200 });
    }
    fault.clear();
    hidden.onGitHub.setAppAccess(true);
    hidden.team.grant(hidden.onGitHub, null);
    await aDayLater();
    expect(await seen(hidden)).toEqual(nothing);
  });
});
