import { expect, test } from "bun:test";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import checks from "../../plugins/checks";
import { checkSetStates, checkSetStatuses } from "../../plugins/checks/check-set/check-set-states";

const page = await Bun.file(join(projectRoot, "docs/runs.md")).text();
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

test("the page on runs tells of every state what may follow it, and of none that doesn't", () => {
  const told = rows.map(([, status = "", , next = ""]) => [status.replaceAll("`", ""), next.split(", ").sort()]);
  const declared = checkSetStatuses.map((status) => {
    const next = [...new Set<string>(Object.values(checkSetStates[status].on))].filter((other) => other !== status);
    return [status, next.length === 0 ? ["nothing"] : next.sort()];
  });
  expect(told.sort()).toEqual(declared.sort());
});

test("the settings it names are there, with these defaults", () => {
  const { cancelTimeout, runTimeout } = checks.config?.parse({}) ?? {};
  expect([cancelTimeout, runTimeout]).toEqual([1500, 3 * 3600]);
  for (const name of ["COCOV_CHECKS_CANCEL_TIMEOUT", "COCOV_CHECKS_RUN_TIMEOUT"]) expect(page).toContain(name);
});
