import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { webhookUrl } from "../../testing/factories";
import { usePlatform } from "./world/platform";
import { openConnection, type RawConnection } from "./world/raw-connection";
import { until } from "./world/until";

const platform = await usePlatform();
const { server, github, onGitHub, admin, token, repositoryId, db } = platform;
const sha = (await onGitHub.head()) ?? "";
const folder = await mkdtemp(join(tmpdir(), "cocov-hostile-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const bait = join(folder, "owned");

const issuesPath = `/v1/repositories/${repositoryId}/issues`;
const codeOf = async (answer: Response): Promise<unknown> => {
  const { code }: { code?: unknown } = await answer.json();
  return code;
};
const raw = (method: string, path: string, body: BodyInit, type = "application/json") =>
  fetch(`${server.url}${path}`, { method, headers: { authorization: `bearer ${token}`, "content-type": type }, body });

describe("JSON", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const deepObject = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;

  test.each([
    ["the issues", `{"sha":"${sha}","source":"a","issues":${deep}}`],
    ["an issue", `{"sha":"${sha}","source":"a","issues":[${deepObject}]}`],
    [
      "an issue's line",
      `{"sha":"${sha}","source":"a","issues":[{"uid":"u","kind":"bug","file":"f","line_start":${deep},"line_end":1,"message":"m"}]}`,
    ],
    ["the SHA", `{"sha":${deepObject},"source":"a"}`],
    ["a key that nobody asked for", `{"sha":"${"0".repeat(40)}","source":"a","more":${deepObject}}`],
    ["everything", deepObject],
  ])("nested 100,000 levels deep in %s is refused", async (_where, body) => {
    const answer = await raw("PUT", issuesPath, body);
    expect([400, 404]).toContain(answer.status);
    expect(await codeOf(answer)).toBeString();
  });

  test.each(["1e999", "-1e999", "99999999999999999999999", `1${"0".repeat(100_000)}`, "1.0000000000000001", "2147483648"])(
    "with the line number %p is refused, or read as what JSON says",
    async (number) => {
      const issue = `{"uid":"n","kind":"bug","file":"f","line_start":${number},"line_end":1,"message":"m"}`;
      const answer = await raw("PUT", issuesPath, `{"sha":"${sha}","source":"a","issues":[${issue}]}`);
      expect([204, 400]).toContain(answer.status);
    },
  );

  test.each([["uid"], ["file"], ["message"]])("with U+0000 or half a character in an issue's %s is no failure", async (key) => {
    for (const text of ["a\\u0000b", "\\ud800", "\\udfff\\ud800"]) {
      const issue = JSON.stringify({ uid: "s", kind: "bug", file: "f", line_start: 1, line_end: 1, message: "m", [key]: "@" });
      const answer = await raw("PUT", issuesPath, `{"sha":"${sha}","source":"a","issues":[${issue.replace("@", text)}]}`);
      expect([204, 400]).toContain(answer.status);
    }
  });

  test("that isn't UTF-8 is refused", async () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode('{"sha":"'),
      0xc3,
      0x28,
      0xff,
      ...new TextEncoder().encode('"}'),
    ]);
    const answer = await raw("PUT", issuesPath, bytes);
    expect([answer.status, await codeOf(answer)]).toEqual([400, "request.malformed"]);
  });

  test("beyond a route's limit is refused with 413 everywhere", async () => {
    const mebibyte = " ".repeat(1024 * 1024);
    for (const [method, path] of [
      ["POST", "/auth/begin"],
      ["POST", "/v1/worker/leases"],
      ["POST", `/v1/repositories/${repositoryId}/commits/${sha}/checks/wrap_up`],
    ] as const) {
      const answer = await raw(method, path, `{"redirect":"${mebibyte}"}`);
      expect([path, [413, 409].includes(answer.status)]).toEqual([path, true]);
    }
    const answer = await raw("PUT", issuesPath, mebibyte.repeat(65));
    expect([answer.status, await codeOf(answer)]).toEqual([413, "request.too_large"]);
  });
});

describe("addresses", () => {
  const names = [
    "..%2f..",
    "%2e%2e%2f%2e%2e%2fetc",
    "..%5c..",
    "api%00",
    "api%2f..%2fapi",
    "-api",
    "%2d%2dupload-pack=x",
    "%ff%fe",
  ];

  test.each(names)("the repository name %s leads nowhere", async (name) => {
    for (const path of ["", "/branches", `/commits/${sha}/checks`, "/branches/main"]) {
      const answer = await server.request("GET", `/v1/repositories/${name}${path}`, { token: admin });
      expect(answer.status).toBe(404);
      expect(await codeOf(answer)).toBe("not_found");
    }
  });

  test.each([
    "..",
    "../api",
    "..\\api",
    "-api",
    "--upload-pack=x",
    "a/b",
    "api.git",
    "a b",
    "a\0b",
    "api\n",
    "https://evil.example.org/x",
    "a".repeat(5000),
  ])("the name %j can't be added", async (name) => {
    const answer = await server.request("POST", "/v1/repositories", { token: admin, body: { name } });
    expect([400, 404, 409]).toContain(answer.status);
    expect(await db.sql`SELECT FROM repositories`).toHaveLength(1);
  });

  test.each(["..%2f..%2fetc%2fpasswd", "..%252f..", "%2e%2e", "0b5b7b0e-6c0e-4b55-9b8e-0d1b3a7f3b3e%00", "'"])(
    "the job %s has no archive",
    async (id) => {
      const answer = await server.request("GET", `/v1/worker/jobs/${id}/archive`, { token });
      expect(answer.status).toBe(404);
    },
  );

  test.each([
    "0",
    "abc",
    "g".repeat(40),
    "-".repeat(40),
    "0".repeat(39),
    "0".repeat(41),
    "0".repeat(64),
    "%00".repeat(40),
    "%2e%2e",
    "HEAD",
    "0'",
  ])("the commit %s doesn't exist", async (commit) => {
    for (const path of ["checks", "issues", "checks/summary"]) {
      const answer = await server.request("GET", `/v1/repositories/api/commits/${commit}/${path}`, { token: admin });
      expect(answer.status).toBe(404);
    }
  });

  test("with 10,000 parameters, or as long as a connection takes them, are no failure", async () => {
    const many = Array.from({ length: 10_000 }, (_, number) => `p${number}=1`).join("&");
    const long = `search_term=${"a".repeat(8000)}&page=${"9".repeat(4000)}`;
    const nested = `page[${"[".repeat(1000)}]=1&__proto__[a]=1&constructor.prototype.x=1&search_term=a&search_term=b`;
    for (const query of [many, long, nested]) {
      const connection = await openConnection(server.url);
      connection.write(
        `GET /v1/repositories?${query} HTTP/1.1\r\nHost: x\r\nAuthorization: bearer ${admin}\r\nConnection: close\r\n\r\n`,
      );
      expect(await connection.heard()).toMatch(/^HTTP\/1\.1 (200|400|414|431) /);
    }
  });

  test("and headers that are absurdly long end with their connection at most", async () => {
    for (const head of [
      `/${"a".repeat(300_000)} HTTP/1.1\r\n`,
      `/${"a/".repeat(7_000)} HTTP/1.1\r\n`,
      `/ HTTP/1.1\r\nX-Long: ${"a".repeat(300_000)}\r\n`,
      `/ HTTP/1.1\r\n${"X-Many: a\r\n".repeat(5000)}`,
    ]) {
      const connection = await openConnection(server.url);
      connection.write(`GET ${head}Host: x\r\nConnection: close\r\n\r\n`);
      expect(await connection.heard()).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    }
    expect((await server.request("GET", "/system/probes/health")).status).toBe(200);
  });
});

describe("requests that contradict themselves", () => {
  const body = JSON.stringify({ worker: "w" });
  const lease = (headers: string, content = body) =>
    `POST /v1/worker/leases HTTP/1.1\r\nHost: x\r\nAuthorization: bearer ${token}\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${content}`;
  const health = "GET /system/probes/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

  test.each([
    ["a negative length", lease("Content-Length: -5")],
    ["a length that isn't a number", lease("Content-Length: five")],
    ["a length beyond every number", lease(`Content-Length: ${"9".repeat(40)}`)],
    ["two lengths", lease(`Content-Length: ${body.length}\r\nContent-Length: 3`)],
    ["a length and chunks", lease(`Content-Length: ${body.length}\r\nTransfer-Encoding: chunked`, "0\r\n\r\n")],
    ["chunks with a wrong size", lease("Transfer-Encoding: chunked", "zz\r\nhello\r\n0\r\n\r\n")],
    ["a chunk beyond every size", lease("Transfer-Encoding: chunked", `${"f".repeat(30)}\r\nhello\r\n`)],
    ["an encoding that nobody knows", lease("Transfer-Encoding: chunked, identity", "0\r\n\r\n")],
    ["a line without an end", "GET / HTTP/1.1\rHost: x\r\r"],
    ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"],
  ])("%s: neither a failure nor a second request out of their body", async (_what, text) => {
    const connection = await openConnection(server.url);
    connection.write(text);
    const heard = await Promise.race([connection.heard((said) => said.includes("\r\n\r\n")), Bun.sleep(300).then(() => "")]);
    connection.close();
    expect(heard).not.toMatch(/HTTP\/1\.1 (50[0-4]|200)/);
    expect((await server.request("GET", "/system/probes/health")).status).toBe(200);
  });

  test("a length too short leaves the rest to be read as a request, which it isn't", async () => {
    const connection = await openConnection(server.url);
    connection.write(lease("Content-Length: 2"));
    connection.write(health);
    const heard = await Promise.race([
      connection.heard((said) => said.split("HTTP/1.1 ").length > 2),
      Bun.sleep(500).then(() => connection.heard(() => true)),
    ]);
    connection.close();
    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
    expect(heard).not.toMatch(/HTTP\/1\.1 (5\d\d|200)/);
  });

  test("compressed bodies are bytes like others", async () => {
    const zipped = Bun.gzipSync(new TextEncoder().encode(body));
    const answer = await fetch(`${server.url}/v1/worker/leases`, {
      method: "POST",
      headers: { authorization: `bearer ${token}`, "content-type": "application/json", "content-encoding": "gzip" },
      body: zipped,
    });
    expect(answer.status).toBe(400);
  });
});

test("clients that send a byte now and then keep nobody else waiting", async () => {
  const slow: RawConnection[] = [];
  for (let number = 0; number < 60; number++) {
    const connection = await openConnection(server.url);
    const head = `POST /v1/worker/leases HTTP/1.1\r\nHost: x\r\nAuthorization: bearer ${token}\r\nContent-Type: application/json\r\n`;
    connection.write(number % 2 === 0 ? head : `${head}Content-Length: 1000\r\n\r\n{`);
    slow.push(connection);
  }
  let dripping = true;
  const drips = (async () => {
    while (dripping) {
      for (const connection of slow) connection.write("x");
      await Bun.sleep(20);
    }
  })();
  for (let asked = 0; asked < 30; asked++) {
    expect((await server.request("GET", "/v1/repositories/api", { token: admin })).status).toBe(200);
  }
  const pushed = await github.push(onGitHub, {
    branch: "calm",
    files: { "b.c": "int b;\n" },
    delivery: { to: webhookUrl(server) },
  });
  expect(pushed.response.status).toBe(200);
  dripping = false;
  await drips;
  for (const connection of slow) connection.close();
  await server.app.jobs.idle();
});

describe("a signed push", () => {
  const good = { id: sha, message: "m", author: { name: "Ada", email: "ada@example.org" } };
  const pushOf = (changes: object) => ({
    ref: "refs/heads/evil",
    repository: { id: onGitHub.id },
    head_commit: good,
    ...changes,
  });
  const deliver = (payload: object) => github.deliver("push", payload, { to: webhookUrl(server) });
  const branches = async (): Promise<string[]> => {
    const answer = await server.request("GET", "/v1/repositories/api/branches", { token: admin });
    const { branches }: { branches: string[] } = await answer.json();
    return branches;
  };

  test.each([
    ["no ref", { ref: undefined }],
    ["a ref that is a number", { ref: 5 }],
    ["a ref that is nested", { ref: { $ne: "" } }],
    ["an empty branch", { ref: "refs/heads/" }],
    ["a tag", { ref: "refs/tags/v1" }],
    ["a branch with a line break", { ref: "refs/heads/a\nb" }],
    ["a branch with U+0000", { ref: "refs/heads/a\0b" }],
    ["a branch that is too long", { ref: `refs/heads/${"a".repeat(5000)}` }],
    ["no commit", { head_commit: null }],
    ["a commit that is a list", { head_commit: [good] }],
    ["an id that is an option", { head_commit: { ...good, id: `--upload-pack=touch ${bait}` } }],
    ["an id that is a command", { head_commit: { ...good, id: `$(touch ${bait})` } }],
    ["an id that is short", { head_commit: { ...good, id: sha.slice(1) } }],
    ["an id that is long", { head_commit: { ...good, id: `${sha}0` } }],
    ["an id with a line break", { head_commit: { ...good, id: `${sha}\n` } }],
    ["an id that is a number", { head_commit: { ...good, id: 1e39 } }],
    ["an id that is a name", { head_commit: { ...good, id: "HEAD" } }],
    ["a message that is a list", { head_commit: { ...good, message: ["m"] } }],
    ["an unknown repository", { repository: { id: 1 } }],
    ["a repository id that is a text", { repository: { id: `${onGitHub.id}` } }],
    ["a repository id beyond all numbers", { repository: { id: 1e300 } }],
    ["a repository id that is a fraction", { repository: { id: onGitHub.id + 0.5 } }],
    ["no repository", { repository: null }],
  ])("with %s changes nothing", async (_what, changes) => {
    const before = await branches();
    expect((await deliver(pushOf(changes))).status).toBe(200);
    await server.app.jobs.idle();
    expect(await branches()).toEqual(before);
  });

  test.each([
    `--upload-pack=touch ${bait}`,
    `$(touch ${bait})`,
    `;touch ${bait};`,
    "-x",
    "a%2f..%2fb",
    "../../../etc",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE branches; --",
    "\u202egnp",
    "🦊",
  ])("to the branch %s is a push like others", async (branch) => {
    expect((await deliver(pushOf({ ref: `refs/heads/${branch}` }))).status).toBe(200);
    await server.app.jobs.idle();
    expect(await branches()).toContain(branch);
    const answer = await server.request("GET", `/v1/repositories/api/branches/${encodeURIComponent(branch)}`, { token: admin });
    expect(await answer.json()).toMatchObject({ name: branch, head: { sha } });
    await github.deliver(
      "delete",
      { ref: branch, ref_type: "branch", repository: { id: onGitHub.id } },
      { to: webhookUrl(server) },
    );
    await server.app.jobs.idle();
    expect(await branches()).not.toContain(branch);
    expect(existsSync(bait)).toBe(false);
  });

  test("with texts that the database can't store is stored as far as they can be", async () => {
    const made = await onGitHub.commit({ branch: "odd", files: { "o.c": "int o;\n" } });
    const author = { name: "A\0da \ud800", email: "\udfff@\0" };
    const hostile = pushOf({ ref: "refs/heads/odd", head_commit: { id: made.toUpperCase(), message: "m\0\ud800", author } });
    expect(
      (await deliver({ ...hostile, repository: { id: onGitHub.id, name: "../../other", full_name: "--x/y" } })).status,
    ).toBe(200);
    await server.app.jobs.idle();
    const answer = await server.request("GET", `/v1/repositories/api/commits/${made}/checks`, { token: admin });
    expect(await answer.json()).toMatchObject({ status: "queued", commit: { sha: made, author_name: "A\ufffdda \ufffd" } });
  });

  test("of a commit that git doesn't have ends as a failed fetch", async () => {
    const missing = "c0ffee".repeat(7).slice(0, 40);
    expect((await deliver(pushOf({ ref: "refs/heads/missing", head_commit: { ...good, id: missing } }))).status).toBe(200);
    const show = async () =>
      await (await server.request("GET", `/v1/repositories/api/commits/${missing}/checks`, { token: admin })).text();
    const tried = () => server.app.db.sql`
      UPDATE commits SET fetching_since = now() - interval '31 seconds' WHERE sha = ${missing} AND fetching_since IS NOT NULL`;
    await until(async () => (await tried()).count > 0, show, 10);
    await until(async () => (await show()).includes('"failure_reason":"commit_fetch_failed"'), show, 10);
  });

  test("leaves no dead job and no failure in the log behind", async () => {
    expect(await server.app.jobs.dead()).toEqual([]);
    expect(
      server
        .logs()
        .split("\n")
        .filter((line) => /"level":[56]0/.test(line)),
    ).toEqual([]);
  });
});
