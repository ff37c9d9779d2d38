import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "bun";
import S3rver from "s3rver";
import { z } from "zod";

const bucket = "commits";
/** What this server takes. */
const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

/** An object store that speaks S3, with one bucket. */
export interface S3Server extends AsyncDisposable {
  readonly client: S3Client;
  /** Settings of a platform that keeps its commits there. */
  readonly environment: Record<string, string>;
  /** @returns every key that there is */
  keys(): Promise<string[]>;
}

/** Starts an object store in this process. */
export async function startS3(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), "cocov-s3-"));
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  let running = true;
  const { port } = z.object({ port: z.int() }).parse(await server.run());
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({ endpoint, bucket, ...credentials });
  return {
    client,
    environment: {
      COCOV_GIT_SERVICE_STORAGE_MODE: "s3",
      COCOV_GIT_SERVICE_S3_STORAGE_BUCKET_NAME: bucket,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    keys: async () => ((await client.list()).contents ?? []).map(({ key }) => key).sort(),
    async [Symbol.asyncDispose]() {
      if (!running) return;
      running = false;
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
