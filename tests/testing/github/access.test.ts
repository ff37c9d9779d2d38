import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Octokit } from "@octokit/rest";
import { type GitHubStandIn, type Repository, startGitHub } from "../../../testing/github";
import { octokitFor } from "./octokit";

let github: GitHubStandIn;
let api: Repository;

beforeAll(async () => {
  github = await startGitHub();
  for (const login of ["ada", "bob"]) github.addUser({ login });
  github.addUser({ login: "Olga", orgRole: "admin" });
  github.addUser({ login: "outsider", orgRole: "none" });
  api = await github.addRepository({ name: "api", description: "Core" });
  await github.addRepository({ name: "site", private: false });
  api.setCollaborator(github.user("ada"), "maintain");
  api.setCollaborator(github.user("outsider"), "read");
});
afterAll(() => github.stop());

const asApp = () => octokitFor(github, github.installationToken());
const as = (login: string) => octokitFor(github, github.userToken(github.user(login)));
const owner = "acme";

describe("repositories", () => {
  test("are the same by name, in any case, and by id", async () => {
    const byName = await asApp().repos.get({ owner: "ACME", repo: "Api" });
    const byId = await asApp().request("GET /repositories/{id}", { id: api.id });
    expect(byId.data).toEqual(byName.data);
    expect(byName.data.id).toBeGreaterThan(2 ** 32);
  });

  test("are hidden from people without access, unless public", async () => {
    await expect(as("bob").repos.get({ owner, repo: "api" })).rejects.toMatchObject({ status: 404 });
    expect((await as("bob").repos.get({ owner, repo: "site" })).data.permissions).toMatchObject({ pull: true, triage: false });
  });

  test("of the organization are listed as each caller sees them", async () => {
    const names = async (octokit: Octokit) =>
      (await octokit.paginate(octokit.repos.listForOrg, { org: owner, sort: "full_name" })).map((one) => [
        one.name,
        one.permissions?.maintain,
      ]);
    expect(await names(asApp())).toEqual([
      ["api", false],
      ["site", false],
    ]);
    expect(await names(as("ada"))).toEqual([
      ["api", true],
      ["site", false],
    ]);
    expect(await names(as("bob"))).toEqual([["site", false]]);
  });

  test("answer to their old name with a redirect after a rename", async () => {
    const repository = await github.addRepository({ name: "old" });
    repository.rename("new");
    const { data } = await asApp().repos.get({ owner, repo: "old" });
    expect(data.name).toBe("new");
    expect(repository.fullName).toBe("acme/new");
  });

  test("are gone once deleted", async () => {
    const repository = await github.addRepository({ name: "doomed" });
    await repository.delete();
    await expect(asApp().request("GET /repositories/{id}", { id: repository.id })).rejects.toMatchObject({ status: 404 });
  });
});

describe("collaborators", () => {
  test("include organization owners and outsiders, with their permissions", async () => {
    const { data } = await asApp().repos.listCollaborators({ owner, repo: "api" });
    expect(data.map(({ login, role_name }) => [login, role_name])).toEqual([
      ["ada", "maintain"],
      ["Olga", "admin"],
      ["outsider", "read"],
    ]);
    expect(data[0]?.permissions).toEqual({ pull: true, triage: true, push: true, maintain: true, admin: false });
  });

  test("come in pages, to the last one", async () => {
    const repository = await github.addRepository({ name: "crowd" });
    for (let at = 1; at <= 205; at++) {
      repository.setCollaborator(github.addUser({ login: `crowd${at}`, orgRole: "none" }), "write");
    }
    const octokit = asApp();
    const pages: number[] = [];
    for await (const page of octokit.paginate.iterator(octokit.repos.listCollaborators, {
      owner,
      repo: "crowd",
      per_page: 100,
    })) {
      pages.push(page.data.length);
    }
    expect(pages).toEqual([100, 100, 6]);
  });

  test("can't be listed by people without push access", async () => {
    await expect(as("outsider").repos.listCollaborators({ owner, repo: "api" })).rejects.toMatchObject({ status: 403 });
  });

  test("permission of one person is told, none included", async () => {
    const of = async (username: string) =>
      (await asApp().repos.getCollaboratorPermissionLevel({ owner, repo: "api", username })).data;
    expect(await of("ada")).toMatchObject({ permission: "write", role_name: "maintain" });
    expect(await of("bob")).toMatchObject({ permission: "none" });
  });
});

describe("members of the organization", () => {
  test("are told from others", async () => {
    await expect(asApp().orgs.checkMembershipForUser({ org: owner, username: "ADA" })).resolves.toMatchObject({ status: 204 });
    await expect(asApp().orgs.checkMembershipForUser({ org: owner, username: "outsider" })).rejects.toMatchObject({
      status: 404,
    });
    const { data } = await asApp().orgs.listMembers({ org: owner, role: "admin" });
    expect(data.map(({ login }) => login)).toEqual(["Olga"]);
  });

  test("lose their repositories when they leave, and outside collaborators are listed apart", async () => {
    const leaver = github.addUser({ login: "leaver" });
    api.setCollaborator(leaver, "write");
    github.removeMember(leaver);
    const { data } = await asApp().orgs.listOutsideCollaborators({ org: owner, per_page: 100 });
    const logins = data.map(({ login }) => login);
    expect(logins).toContain("outsider");
    expect(logins).not.toContain("leaver");
    await expect(as("leaver").repos.get({ owner, repo: "api" })).rejects.toMatchObject({ status: 404 });
  });

  test("may do what the base permission says in every repository", async () => {
    const open = await startGitHub({ org: "open", basePermission: "read" });
    try {
      await open.addRepository({ name: "lib" });
      const octokit = octokitFor(open, open.userToken(open.addUser({ login: "eve" })));
      expect((await octokit.repos.get({ owner: "open", repo: "lib" })).data.permissions).toMatchObject({
        pull: true,
        push: false,
      });
    } finally {
      await open.stop();
    }
  });
});
