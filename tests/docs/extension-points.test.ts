import { expect, test } from "bun:test";
import { join } from "node:path";
import { core as theCore } from "../../core/app/core-claims";
import { loadInstallation, projectRoot } from "../../core/app/installation";
import { extensionPointsPage } from "../../docs/extension-points";

const page = await Bun.file(join(projectRoot, "docs/extension-points.md")).text();

test("the page of extension points says what plugins declare; if not, run `bun run extension-points`", async () => {
  expect(page).toBe(await extensionPointsPage());
});

test("it tells of every slot and event what it carries and what it is for", async () => {
  const { on } = await loadInstallation({ env: {}, config: {} });
  const declared = [{ slots: theCore.slots ?? [], events: [] }, ...on.map(({ plugin }) => plugin)].flatMap((plugin) => [
    ...(plugin.slots ?? []),
    ...(plugin.events ?? []),
  ]);
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows).toHaveLength(declared.length);
  for (const row of rows) expect(row.split(" | ").every((cell) => cell.replace(/[`|]/g, "").trim().length > 2)).toBe(true);
});
