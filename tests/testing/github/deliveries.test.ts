import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createAppAuth } from "@octokit/auth-app";
import { Webhooks } from "@octokit/webhooks";
import examples from "@octokit/webhooks-examples";
import { type GitHubStandIn, type Repository, startGitHub, zeroSha } from "../../../testing/github";
import { octokitFor, QuietOctokit } from "./octokit";

let github: GitHubStandIn;
let repository: Repository;
let receiver: ReturnType<typeof Bun.serve>;
let received: { headers: Headers; body: string }[] = [];
let answer = 200;

beforeAll(async () => {
  github = await startGitHub();
  github.addUser({ login: "ada", emails: ["ada@example.org"] });
  repository = await github.addRepository({ name: "api", files: { "a.txt": "a", "b.txt": "b" } });
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      received.push({ headers: request.headers, body: await request.text() });
      return new Response(null, { status: answer });
    },
  });
  github.sendWebhooksTo(receiver.url.href);
});
beforeEach(() => {
  received = [];
  answer = 200;
});
afterAll(async () => {
  await github.stop();
  await receiver.stop(true);
});

const appOctokit = () => {
  const environment = github.environment();
  const privateKey = Buffer.from(environment.COCOV_GITHUB_APP_PRIVATE_KEY ?? "", "base64").toString();
  const auth = { appId: environment.COCOV_GITHUB_APP_ID, privateKey };
  return new QuietOctokit({ baseUrl: github.apiUrl, authStrategy: createAppAuth, auth });
};

function keysOfExample(name: string): string[] {
  const example = examples.find((one) => one.name === name)?.examples.find((one) => "organization" in one || name === "push");
  return Object.keys(example ?? {});
}

describe("a delivery", () => {
  test("is signed so that GitHub's own library accepts it", async () => {
    const { response, payload } = await github.push(repository, { files: { "c.txt": "c" } });
    expect(response.status).toBe(200);
    const [delivery] = received;
    const signature = delivery?.headers.get("x-hub-signature-256") ?? "";
    expect(await new Webhooks({ secret: github.webhookSecret }).verify(delivery?.body ?? "", signature)).toBe(true);
    expect(delivery?.headers.get("x-github-event")).toBe("push");
    expect(JSON.parse(delivery?.body ?? "")).toEqual(JSON.parse(JSON.stringify(payload)));
  });

  test("can be forged, left unsigned, or carry a given id and body", async () => {
    await github.deliver("push", {}, { secret: "wrong", id: "one" });
    await github.deliver("push", {}, { signature: null, body: "not json", headers: { "x-github-event": null } });
    const [forged, unsigned] = received;
    expect(
      await new Webhooks({ secret: github.webhookSecret }).verify("{}", forged?.headers.get("x-hub-signature-256") ?? ""),
    ).toBe(false);
    expect(forged?.headers.get("x-github-delivery")).toBe("one");
    expect([unsigned?.headers.get("x-hub-signature-256"), unsigned?.headers.get("x-github-event"), unsigned?.body]).toEqual([
      null,
      null,
      "not json",
    ]);
  });
});

describe("payloads", () => {
  test("of a push tell the move of the branch and its newest commit", async () => {
    const { sha, before, payload } = await github.push(repository, {
      files: { "a.txt": "new" },
      delete: ["b.txt"],
      message: "Replace",
    });
    expect(payload).toMatchObject({
      ref: "refs/heads/main",
      before,
      after: sha,
      created: false,
      deleted: false,
      forced: false,
      head_commit: {
        id: sha,
        message: "Replace",
        author: { email: "ada@example.org" },
        modified: ["a.txt"],
        removed: ["b.txt"],
        added: [],
      },
    });
  });

  test("of new, rewritten and deleted branches say so", async () => {
    const first = await github.push(repository, { branch: "feat/x", files: { x: "1" } });
    expect(first.payload).toMatchObject({ ref: "refs/heads/feat/x", before: zeroSha, created: true });
    const rewritten = await github.push(repository, { branch: "feat/x", files: { x: "2" }, parent: await repository.head() });
    expect(rewritten.payload).toMatchObject({ before: first.sha, after: rewritten.sha, forced: true });
    const gone = await github.payloads.push(repository, { branch: "feat/x", before: rewritten.sha, after: null });
    expect(gone).toMatchObject({ after: zeroSha, deleted: true, head_commit: null });
  });

  test("have the keys of real ones", async () => {
    const ada = github.user("ada");
    const real = (name: string) =>
      keysOfExample(name).filter((key) => key !== "installation" && key !== "changes" && key !== "enterprise");
    const { payloads } = github;
    expect(
      Object.keys(await payloads.push(repository, { branch: "main", before: null, after: await repository.head() })),
    ).toEqual(expect.arrayContaining(real("push")));
    expect(Object.keys(payloads.repository(repository, "edited"))).toEqual(expect.arrayContaining(real("repository")));
    expect(Object.keys(payloads.member(repository, ada, "added"))).toEqual(expect.arrayContaining(real("member")));
    expect(Object.keys(payloads.membership(ada, "added"))).toEqual(expect.arrayContaining(real("membership")));
    expect(Object.keys(payloads.organization(ada, "member_removed"))).toEqual(expect.arrayContaining(real("organization")));
    expect(Object.keys(payloads.teamAdd(repository))).toEqual(expect.arrayContaining(real("team_add")));
  });

  test("can tell of a repository that is deleted already", async () => {
    const doomed = await github.addRepository({ name: "doomed" });
    await doomed.delete();
    expect(github.payloads.repository(doomed, "deleted")).toMatchObject({ action: "deleted", repository: { id: doomed.id } });
  });
});

describe("the App's log of deliveries", () => {
  test("lists attempts newest first in pages, failures apart", async () => {
    answer = 500;
    await github.deliver("ping", github.payloads.ping(), { id: "refused" });
    github.loseDelivery("push", { action: "none" }, { id: "lost" });
    const octokit = appOctokit();
    const first = await octokit.request("GET /app/hook/deliveries", { per_page: 1 });
    expect(first.data).toMatchObject([{ guid: "lost", status_code: 502, event: "push", redelivery: false }]);
    const all = await octokit.paginate("GET /app/hook/deliveries", { per_page: 2 });
    expect(all.map(({ id }) => id)).toEqual(
      github
        .deliveries()
        .map(({ id }) => id)
        .toReversed(),
    );
    const failed = await octokit.request("GET /app/hook/deliveries", { status: "failure" });
    expect(failed.data.map(({ guid }) => guid)).toEqual(["lost", "refused"]);
  });

  test("sends a lost delivery again under the same delivery id", async () => {
    const lost = github.loseDelivery("push", { zen: "again" }, { id: "once-more" });
    await appOctokit().request("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: lost.id });
    while (received.length === 0) await Bun.sleep(5);
    expect(received[0]?.headers.get("x-github-delivery")).toBe("once-more");
    expect(received[0]?.body).toBe('{"zen":"again"}');
    while (github.deliveries().at(-1)?.redelivery !== true) await Bun.sleep(5);
    expect(github.deliveries().at(-1)).toMatchObject({ guid: "once-more", statusCode: 200 });
  });

  test("is closed to installation tokens", async () => {
    const octokit = octokitFor(github, github.installationToken());
    await expect(octokit.request("GET /app/hook/deliveries")).rejects.toMatchObject({ status: 401 });
  });
});
