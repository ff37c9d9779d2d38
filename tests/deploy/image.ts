import { chmod, chown, cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { command, type Stage, type Step, stagesOfDockerfile } from "./dockerfile";

/** What the Dockerfile makes, in a folder instead of an image. */
export interface Image {
  /** Stands for `/app`. */
  readonly app: string;
  /** Stands for `/data`; belongs to the image's account. */
  readonly data: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly healthCheck: readonly string[];
  /** Processes run as this account if the test may choose, else as the test's own. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
  remove(): Promise<void>;
}

/**
 * Does what the Dockerfile says, instruction by instruction, as far as it can be done without a container: packages of the system aren't
 * installed, and bun is this one.
 * @throws Error when an instruction fails, or copies what .dockerignore keeps out
 */
export async function buildImage(): Promise<Image> {
  const root = await mkdtemp(join(tmpdir(), "cocov-image-"));
  await chmod(root, 0o755);
  const built = new Map<string, string>();
  let app = root;
  const stages = await stagesOfDockerfile();
  for (const [number, stage] of stages.entries()) {
    app = join(root, String(number));
    await mkdir(app);
    for (const step of stage.steps) await carryOut(step, app, built);
    if (stage.name !== null) built.set(stage.name, app);
  }
  const final = stages.at(-1);
  if (!final) throw new Error("the Dockerfile has no stage");
  const data = join(root, "data");
  await mkdir(data, { mode: 0o711 });
  const [uid = 0, gid = 0] = lastOf(final, "USER").split(":").map(Number);
  const account = process.getuid?.() === 0 ? { uid, gid } : undefined;
  if (account) await chown(data, uid, gid);
  return {
    app,
    data,
    account,
    env: Object.fromEntries(
      [...lastOf(final, "ENV").matchAll(/(\w+)=(\S*)/g)].map(([, name = "", value = ""]) => [name, value]),
    ),
    // tini is none of this machine's.
    entrypoint: command(lastOf(final, "ENTRYPOINT")).slice(2),
    healthCheck: command(lastOf(final, "HEALTHCHECK")),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

export const lastOf = ({ steps }: Stage, keyword: string): string => {
  const step = steps.findLast((each) => each.keyword === keyword);
  if (!step) throw new Error(`the image has no ${keyword}`);
  return step.text;
};

async function carryOut({ keyword, text }: Step, app: string, built: ReadonlyMap<string, string>): Promise<void> {
  if (keyword === "COPY") await copy(text, app, built);
  if (keyword !== "RUN" || text.includes("apt-get")) return;
  const child = Bun.spawn(["sh", "-ec", text], { cwd: app, stdout: "pipe", stderr: "pipe" });
  const [said, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (exitCode !== 0) throw new Error(`"${text}" ended with ${exitCode}: ${said}`);
}

async function copy(text: string, app: string, built: ReadonlyMap<string, string>): Promise<void> {
  const words = text.split(" ");
  const [, stage] = words[0]?.match(/^--from=(\w+)$/) ?? [];
  const paths = stage === undefined ? words : words.slice(1);
  const [to = ""] = paths.splice(-1);
  if (to.startsWith("/usr/local/bin/")) return;
  for (const path of paths) {
    const target = join(app, to.endsWith("/") ? join(to, path) : to);
    await mkdir(dirname(target), { recursive: true });
    if (stage === undefined) {
      if (!(await allowed()).includes(`!${path}`)) throw new Error(`.dockerignore keeps ${path} out`);
      await cp(join(projectRoot, path), target, { recursive: true });
    } else await rename(join(built.get(stage) ?? "", path.replace("/app/", "")), target);
  }
}

const allowed = async (): Promise<string[]> => (await Bun.file(join(projectRoot, ".dockerignore")).text()).split("\n");
