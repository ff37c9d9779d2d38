/** What is sent: line hits in the platform's bytes, in Base64, by path. */
export interface Upload {
  readonly commit_sha: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface SendOptions {
  /** The platform's address. */
  readonly url: string;
  /** The repository's token. */
  readonly token: string;
  /** Told before each wait. */
  readonly waiting: (reason: string, seconds: number) => void;
  /** Seconds to wait after the first failure; twice as long after each further one. */
  readonly firstWait?: number;
}

const attempts = 6;
/** For one attempt, in milliseconds. */
const patience = 120_000;
/** Smaller bodies aren't worth packing. */
const worthPacking = 64 * 1024;
const longestWait = 60;

/**
 * Sends an upload, again while the platform can't be reached or is busy.
 * @throws Error with what the platform said, when it says no or all attempts failed. It never holds the token.
 */
export async function send(upload: Upload, { url, token, waiting, firstWait = 1 }: SendOptions): Promise<void> {
  const body = Buffer.from(JSON.stringify(upload));
  let packs = body.length > worthPacking;
  for (let attempt = 1; ; attempt++) {
    const outcome = await post(body, { url, token, packs });
    if (outcome.kind === "taken") return;
    // Platforms of before take no packed bodies.
    if (outcome.kind === "refused" && packs && outcome.status !== 401 && outcome.status !== 403) {
      packs = false;
      attempt--;
      continue;
    }
    if (outcome.kind === "refused" || attempt === attempts) throw new Error(outcome.reason);
    const seconds = Math.min(longestWait, outcome.wait ?? firstWait * 2 ** (attempt - 1) * (0.75 + Math.random() / 2));
    waiting(outcome.reason, seconds);
    await Bun.sleep(seconds * 1000);
  }
}

type Outcome =
  | { kind: "taken" }
  | { kind: "refused"; status: number; reason: string }
  | { kind: "failed"; reason: string; wait: number | undefined };

async function post(
  body: Buffer<ArrayBuffer>,
  { url, token, packs }: { url: string; token: string; packs: boolean },
): Promise<Outcome> {
  try {
    const answer = await fetch(`${url.replace(/\/+$/, "")}/v1/reports`, {
      method: "POST",
      headers: {
        authorization: `token ${token}`,
        "content-type": "application/json",
        ...(packs ? { "content-encoding": "gzip" } : {}),
      },
      body: packs ? Bun.gzipSync(body) : body,
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
    if (answer.status === 204) return { kind: "taken" };
    const reason = `${url} answered ${answer.status}: ${said(await answer.text())}`;
    const isPassing = answer.status >= 500 || answer.status === 429 || answer.status === 408;
    if (!isPassing) return { kind: "refused", status: answer.status, reason };
    const wait = Number(answer.headers.get("retry-after") ?? Number.NaN);
    return { kind: "failed", reason, wait: wait > 0 ? wait : undefined };
  } catch (error) {
    return {
      kind: "failed",
      reason: `${url} can't be reached: ${error instanceof Error ? error.message : error}`,
      wait: undefined,
    };
  }
}

/** @returns the message of an error of the platform's, or the beginning of whatever else was answered */
function said(text: string): string {
  try {
    const { code, message }: { code?: unknown; message?: unknown } = JSON.parse(text);
    if (typeof code === "string") return typeof message === "string" ? `${message} (${code})` : code;
  } catch {
    // No JSON: a proxy's page.
  }
  return text.slice(0, 200) || "nothing else";
}
