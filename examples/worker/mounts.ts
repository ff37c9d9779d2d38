import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "./client";

/** A secret that a check gets into its container. */
export interface Mount {
  readonly kind: string;
  /** Good for one call, within seven days. */
  readonly authorization: string;
  /** Where the container shall find it. */
  readonly target: string;
}

/** A secret on this machine, to be bound into the container. */
export interface MountedFile {
  readonly path: string;
  readonly target: string;
}

/**
 * Fetches what a check mounts into files that nobody else can read, byte for byte. They are named by their place: the manifest chooses
 * the targets, which mean something in the container only.
 * @param folder goes with the job
 * @throws Refusal when the secret is gone, or when an authorization was used up by an answer that got lost: the run has to be started again
 */
export async function fetchMounts(
  client: Client,
  mounts: readonly Mount[],
  folder: string,
  signal: AbortSignal,
): Promise<MountedFile[]> {
  const fetched: MountedFile[] = [];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [place, { authorization, target }] of mounts.entries()) {
    const answer = await client.call("GET", `/v1/secrets/data?${new URLSearchParams({ authorization })}`, { signal });
    const path = join(folder, String(place));
    await writeFile(path, await answer.bytes(), { mode: 0o600 });
    fetched.push({ path, target });
  }
  return fetched;
}
