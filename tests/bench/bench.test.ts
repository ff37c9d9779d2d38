import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { z } from "zod";
import { projectRoot } from "../../core/app/installation";

setDefaultTimeout(120_000);

const measurement = z.object({ perSecond: z.number().positive(), p99: z.number().positive() });
const output = z.object({
  comparisons: z.array(z.object({ name: z.string(), platform: measurement, limit: measurement, ratio: z.number().positive() })),
});

test("the benchmark measures each path on the platform and on its limit", async () => {
  const child = Bun.spawn([process.execPath, join(projectRoot, "bench/bench.ts"), "--quick", "--json"], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [text, problems] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect({ exitCode: await child.exited, problems }).toEqual({ exitCode: 0, problems: "" });
  expect(output.parse(JSON.parse(text)).comparisons).toHaveLength(4);
});
