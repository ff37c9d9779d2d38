import { z } from "zod";
import type { Octokit } from "../octokit";
import type { Reach } from "../reach";

/** An attempt of GitHub's to deliver something. */
export interface GitHubAttempt {
  /** Of the attempt, as text: it may be too large for a number. */
  readonly id: string;
  /** `X-GitHub-Delivery`: the same for all attempts. */
  readonly deliveryId: string;
  readonly deliveredAt: Date;
  readonly arrived: boolean;
}

/** GitHub shows and repeats deliveries of the last three days. */
export const gitHubRemembersMs = 3 * 24 * 60 * 60 * 1000;
/** Of 100 attempts each. */
const mostPages = 100;

const attempt = z
  .object({ id: z.string(), guid: z.string(), delivered_at: z.coerce.date(), status_code: z.coerce.number() })
  .transform(
    ({ id, guid, delivered_at, status_code }): GitHubAttempt => ({
      id,
      deliveryId: guid,
      deliveredAt: delivered_at,
      arrived: status_code >= 200 && status_code < 400,
    }),
  );
const page = z.array(attempt);

/**
 * Goes through GitHub's attempts to deliver something to the App, newest first, as far as GitHub remembers and {@link mostPages} reach.
 * @param options.failed leaves out those that arrived, as far as GitHub does so: an Enterprise Server may not
 * @param octokit the App's
 * @throws what `github.reach` throws
 */
export async function* attemptsOnGitHub(
  octokit: Octokit,
  reach: Reach,
  { failed }: { failed: boolean },
): AsyncGenerator<GitHubAttempt[]> {
  const since = Date.now() - gitHubRemembersMs;
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const { attempts, next } = await readPage(octokit, reach, { cursor, failed });
    yield attempts.filter(({ deliveredAt }) => deliveredAt.getTime() >= since);
    if (next === undefined || attempts.some(({ deliveredAt }) => deliveredAt.getTime() < since)) return;
    cursor = next;
  }
}

/** Has GitHub try again. @returns false when it doesn't know the attempt any more */
export async function askForRedelivery(octokit: Octokit, reach: Reach, attemptId: string): Promise<boolean> {
  try {
    await reach(() => octokit.request("POST /app/hook/deliveries/{id}/attempts", { id: attemptId }));
    return true;
  } catch (error) {
    if (error instanceof Error && "status" in error && (error.status === 404 || error.status === 422)) return false;
    throw error;
  }
}

interface Page {
  readonly attempts: GitHubAttempt[];
  readonly next: string | undefined;
}

async function readPage(
  octokit: Octokit,
  reach: Reach,
  { cursor, failed }: { cursor: string | undefined; failed: boolean },
): Promise<Page> {
  const response = await reach(() =>
    octokit.request("GET /app/hook/deliveries", {
      per_page: 100,
      ...(failed && { status: "failure" as const }),
      ...(cursor !== undefined && { cursor }),
      // Read here, since numbers beyond 2^53 would be rounded.
      request: { parseSuccessResponseBody: false },
    }),
  );
  const text = await new Response(z.instanceof(ReadableStream).parse(response.data)).text();
  return { attempts: page.parse(JSON.parse(text, asWritten)), next: nextCursor(response.headers.link ?? "") };
}

const asWritten = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === "number" ? (context?.source ?? value) : value;

/** Only the cursor is taken from the link, not where it leads. */
function nextCursor(link: string): string | undefined {
  const [, address] = /<([^>]*)>;\s*rel="next"/.exec(link) ?? [];
  return (address === undefined ? null : URL.parse(address)?.searchParams.get("cursor")) ?? undefined;
}
