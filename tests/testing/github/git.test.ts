import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { lstat, mkdtemp, readFile, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GitHubStandIn, type Repository, startGitHub } from "../../../testing/github";

let github: GitHubStandIn;
let repository: Repository;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "github-test-"));
  github = await startGitHub();
  repository = await github.addRepository({
    name: "api",
    files: {
      "README.md": "# API\n",
      "bin/run": { content: "#!/bin/sh\n", executable: true },
      link: { symlink: "README.md" },
      'odd "name"/ü.bin': new Uint8Array([0, 255, 10]),
    },
  });
});
afterEach(() => github.clearFaults());
afterAll(async () => {
  await github.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs git in `folder` with a token in the environment, as the platform does. */
async function git(args: string[], token?: string) {
  const authorization = `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  const child = Bun.spawn(["git", ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      GIT_TERMINAL_PROMPT: "0",
      ...(token && { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "http.extraHeader", GIT_CONFIG_VALUE_0: authorization }),
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, output: output.trim(), complaint };
}

const remote = () => `${github.url}/acme/api.git`;

describe("cloning", () => {
  test("works with an installation token and brings modes, links and odd names", async () => {
    const { code } = await git(["clone", remote(), "whole"], github.installationToken());
    expect(code).toBe(0);
    expect((await stat(join(folder, "whole/bin/run"))).mode & 0o111).not.toBe(0);
    expect((await lstat(join(folder, "whole/link"))).isSymbolicLink()).toBe(true);
    expect(await readlink(join(folder, "whole/link"))).toBe("README.md");
    expect(await readFile(join(folder, 'whole/odd "name"/ü.bin'))).toEqual(Buffer.from([0, 255, 10]));
  });

  test("works without protocol version 2, too", async () => {
    const { code } = await git(["-c", "protocol.version=0", "clone", remote(), "version-0"], github.installationToken());
    expect(code).toBe(0);
  });

  test("fails without a token, with a wrong one, and for a user without access", async () => {
    expect((await git(["clone", remote(), "no"])).code).not.toBe(0);
    expect((await git(["clone", remote(), "no"], "ghs_wrong")).code).not.toBe(0);
    const stranger = github.userToken(github.addUser({ login: "stranger" }));
    expect((await git(["clone", remote(), "no"], stranger)).complaint).toContain("not found");
  });

  test("needs no token for a public repository and follows a rename", async () => {
    const open = await github.addRepository({ name: "before", private: false, files: { a: "a" } });
    open.rename("after");
    expect((await git(["clone", `${github.url}/acme/before.git`, "renamed"])).code).toBe(0);
  });
});

describe("fetching", () => {
  test("one commit by its bare SHA works even when no branch leads to it", async () => {
    const sha = await repository.commit({ branch: "short-lived", files: { b: "b" } });
    await repository.deleteBranch("short-lived");
    await git(["init", "--bare", "single"]);
    const fetched = await git(["-C", "single", "fetch", "--depth=1", remote(), sha], github.installationToken());
    expect(fetched.code).toBe(0);
    expect((await git(["-C", "single", "cat-file", "-t", sha])).output).toBe("commit");
    expect(github.fetches("api").at(-1)).toMatchObject({ caller: "installation", wants: [sha], bytes: expect.any(Number) });
  });

  test("after a first fetch transfers only what is new", async () => {
    const large = Array.from({ length: 20_000 }, () => Math.random()).join("\n");
    const first = await repository.commit({ files: { "large.txt": large } });
    const token = github.installationToken();
    await git(["init", "--bare", "delta"]);
    await git(["-C", "delta", "fetch", remote(), `${first}:refs/kept/first`], token);
    const second = await repository.commit({ files: { "small.txt": "small" } });
    await git(["-C", "delta", "fetch", remote(), second], token);
    const [whole, delta] = github.fetches("api").slice(-2);
    expect(whole?.bytes).toBeGreaterThan(100_000);
    expect(delta?.wants).toEqual([second]);
    expect(delta?.haves).toContain(first);
    expect(delta?.bytes).toBeLessThan(10_000);
  });

  test("accepts a compressed request", async () => {
    const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
    const wanted = [line(`want ${await repository.head()}\n`), line("done\n")].join("");
    const response = await fetch(`${remote()}/git-upload-pack`, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`x-access-token:${github.installationToken()}`)}`,
        "content-encoding": "gzip",
        "content-type": "application/x-git-upload-pack-request",
        "git-protocol": "version=2",
      },
      body: Bun.gzipSync(Buffer.from(`${line("command=fetch\n")}0001${wanted}0000`)),
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toStartWith("000dpackfile");
  });

  test("fails when the connection breaks in the middle, and works again afterwards", async () => {
    const token = github.installationToken();
    const fault = github.fail({ match: "/acme/api.git/git-upload-pack", method: "POST", cutAfterBytes: 200, times: 2 });
    await git(["init", "--bare", "cut"]);
    expect((await git(["-C", "cut", "fetch", remote(), "main"], token)).code).not.toBe(0);
    expect(fault.hits()).toBeGreaterThan(0);
    github.clearFaults();
    expect((await git(["-C", "cut", "fetch", remote(), "main"], token)).code).toBe(0);
  });

  test("can't push", async () => {
    const pushed = await git(["-C", "whole", "push", "origin", "HEAD:refs/heads/new"], github.installationToken());
    expect(pushed.code).not.toBe(0);
    expect(await repository.head("new")).toBeNull();
  });
});

describe("an existing repository", () => {
  test("is served with its branches and history", async () => {
    const copy = await github.addRepository({ name: "copy", from: join(folder, "whole") });
    expect(copy.defaultBranch).toBe("main");
    expect(await copy.head()).toBe((await git(["-C", "whole", "rev-parse", "HEAD"])).output);
    const sha = await copy.commit({ delete: ["bin"], files: {} });
    expect(await copy.head()).toBe(sha);
  });

  test("gets a default branch when its HEAD is on none", async () => {
    await git(["clone", "whole", "detached"]);
    await git(["-C", "detached", "checkout", "--detach"]);
    await git(["-C", "detached", "branch", "-D", "main"]);
    const copy = await github.addRepository({ name: "detached", from: join(folder, "detached") });
    expect(await copy.branches()).toEqual(["main"]);
    expect(await copy.head()).toBe((await git(["-C", "detached", "rev-parse", "HEAD"])).output);
  });
});
