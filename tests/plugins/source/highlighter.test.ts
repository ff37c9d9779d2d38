import { afterAll, expect, test } from "bun:test";
import { pino } from "pino";
import { createBoundedWork } from "../../../core/services/bounded-work/bounded-work";
import type { ShownLine } from "../../../plugins/source/file-lines";
import { createHighlighter } from "../../../plugins/source/highlighter";
import { pickLines } from "../../../plugins/source/pick-lines";

const log = pino({ level: "silent" });
const picked = pickLines(Buffer.from("  if x > 1\n  end\n"), [1, 2]);
const plain: [number, ShownLine][] = [
  [1, { html: "  if x &gt; 1", padding: "  ", cut: false }],
  [2, { html: "  end", padding: "  ", cut: false }],
];

async function highlighted({ budgetMs = 2_000, stopped = false }) {
  const boundedWork = createBoundedWork({ log });
  afterAll(() => boundedWork.stop());
  if (stopped) boundedWork.stop();
  const { lines, final } = await createHighlighter({ boundedWork, log, owner: "a", budgetMs })("a.rb", picked);
  return { lines: [...lines], final };
}

test("lines are highlighted as what their file's name says", async () => {
  const { lines, final } = await highlighted({});
  expect([lines[0]?.[1].html, final]).toEqual([
    '  <span class="k">if</span> <span class="n">x</span> <span class="o">&gt;</span> <span class="m">1</span>',
    true,
  ]);
});

test("lines are plain for now when there is no time, or nobody to highlight them", async () => {
  expect(await highlighted({ budgetMs: 0 })).toEqual({ lines: plain, final: false });
  expect(await highlighted({ stopped: true })).toEqual({ lines: plain, final: false });
});

test("lines are plain for good when highlighting them goes beyond a limit", async () => {
  const boundedWork = createBoundedWork({ log, limits: { memoryMiB: 1 } });
  afterAll(() => boundedWork.stop());
  const long = pickLines(Buffer.from(`${"if x > 1; end\n".repeat(9_000)}`), [9_000]);
  const { lines, final } = await createHighlighter({ boundedWork, log, owner: "a", budgetMs: 2_000 })("a.rb", long);
  expect([lines.get(9_000)?.html, final]).toEqual(["if x &gt; 1; end", true]);
});
