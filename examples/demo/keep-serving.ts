import type { GitHubStandIn } from "../../testing/github";
import { shortSha } from "./format";
import { printable, type Terminal } from "./terminal";

/** Prints statuses as GitHub receives them, until the signal aborts. */
export async function keepServing(terminal: Terminal, github: GitHubStandIn, signal: AbortSignal): Promise<void> {
  let seen = github.statuses().length;
  while (!signal.aborted) {
    for (const { at, sha, context, state, description } of github.statuses().slice(seen)) {
      seen += 1;
      const text = `${at.toISOString().slice(11, 23)}  ${shortSha(sha)}  ${context}  ${state.padEnd(7)}  ${description ?? ""}`;
      terminal.line(`  ${terminal.dim("GitHub received")}  ${printable(text)}`);
    }
    await Bun.sleep(100);
  }
}
