import { describe, expect, test } from "bun:test";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { encodeLines } from "../../../examples/upload/encode";
import { findReports, readReport } from "../../../examples/upload/find-reports";
import { formatOf } from "../../../examples/upload/formats/formats";
import { gather } from "../../../examples/upload/gather";
import type { LineHits } from "../../../examples/upload/line-hits";
import { createSourcePaths } from "../../../examples/upload/source-paths";

/** Small projects, each with the report that its tools wrote when they ran it. See the page beside them. */
const samples = join(import.meta.dir, "samples");
const n = null;

const expected: [project: string, format: string, report: string, source: string, lines: LineHits][] = [
  ["go", "Go", "cover.out", "shapes/area.go", [n, n, n, n, n, 12, 12, 0, 0, 12, n, n, 0, 0, 0]],
  ["python", "Cobertura", "coverage.xml", "shapes/area.py", [n, n, n, 1, 1, 0, 1, n, n, 1, 0]],
  ["ruby", "SimpleCov", "coverage/.resultset.json", "lib/area.rb", [n, n, n, 1, 1, 12, n, 12, n, n, 1, 0, n, n]],
  [
    "java",
    "JaCoCo",
    "jacoco.xml",
    "src/main/java/org/example/shapes/Area.java",
    [n, n, n, n, n, n, n, 1, 0, n, 1, n, n, n, 0, n, n, n, 1, 1],
  ],
  ["javascript", "lcov", "coverage/lcov.info", "area.js", [1, 12, 0, 0, 12, 12, 1, 1, 0, 0]],
  ["javascript", "Istanbul", "coverage/coverage-final.json", "area.js", [1, 12, 0, 0, 12, 12, 1, 1, 0, 0]],
];

const trackedOf = async (project: string) =>
  Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: join(samples, project), dot: true }));

test.each(expected)("what the tools of %s wrote (%s, %s) is found and says of %s what was run", async (...sample) => {
  const [project, format, path, source, lines] = sample;
  expect(await findReports(join(samples, project))).toContain(path);
  const report = await readReport(join(samples, project), path);
  expect(report.format.name).toBe(format);
  const { coverage, unknown } = gather([report], { root: "/another/root", tracked: await trackedOf(project) });
  expect(unknown).toEqual([]);
  const hits = coverage.get(source) ?? [];
  expect(hits).toEqual(lines);
});

test("a report that is written now, by the tests of a project, says what was run", async () => {
  const root = await mkdtemp(join(tmpdir(), "cocov-upload-"));
  try {
    await cp(join(samples, "javascript", "area.js"), join(root, "area.js"));
    await Bun.write(
      join(root, "area.test.js"),
      'import { expect, test } from "bun:test";\nimport { area } from "./area.js";\ntest("area", () => expect(area(2, 3)).toBe(6));\n',
    );
    const child = Bun.spawn([process.execPath, "test", "--coverage", "--coverage-reporter=lcov"], {
      cwd: root,
      stderr: "ignore",
    });
    expect(await child.exited).toBe(0);
    const [found = ""] = await findReports(root);
    const { coverage } = gather([await readReport(root, found)], { root, tracked: ["area.js"] });
    const lines = coverage.get("area.js") ?? [];
    expect(lines[1]).toBe(1);
    expect(lines[8]).toBe(0);
  } finally {
    await rm(root, { recursive: true });
  }
});

describe("reports together", () => {
  const reportOf = (text: string, path = "x") => {
    const format = formatOf(text);
    if (!format) throw new Error("no format");
    return { path, format, coverage: format.read(text), folders: format.folders?.(text) ?? [] };
  };
  const asIs = { root: "/root", tracked: ["a.js", "b.js"] };

  test("shards of one run add up, and another format of the run counts no line twice", () => {
    const shards = [
      reportOf("TN:\nSF:a.js\nDA:1,2\nDA:2,0\nend_of_record\n"),
      reportOf("TN:\nSF:a.js\nDA:2,3\nDA:4,1\nend_of_record\n"),
    ];
    const go = reportOf("mode: count\na.js:1.1,1.5 1 2\nb.js:1.1,2.5 1 1\n");
    expect(Object.fromEntries(gather([...shards, go], asIs).coverage)).toEqual({ "a.js": [2, 3, n, 1], "b.js": [1, 1] });
  });

  test("names count from the folders that a report says, here or where it was written", () => {
    const cobertura = (source: string, ...names: string[]) =>
      reportOf(
        `<coverage><sources><source>/other</source><source>${source}</source></sources><packages><package><classes>${names
          .map((name) => `<class filename="${name}"><lines><line number="1" hits="1"/></lines></class>`)
          .join("")}</classes></package></packages></coverage>`,
      );
    const tracked = ["setup.py", "shapes/__init__.py", "shapes/area.py", "lib/__init__.py", "lib/setup.py"];
    for (const folder of ["/root/shapes", "/builds/acme/shapes", "shapes"]) {
      const { coverage, unknown } = gather([cobertura(folder, "__init__.py", "area.py")], { root: "/root", tracked });
      expect([[...coverage.keys()], unknown]).toEqual([["shapes/__init__.py", "shapes/area.py"], []]);
    }
    // A folder that says nothing changes nothing.
    expect([...gather([cobertura("C:\\work", "setup.py")], { root: "/root", tracked }).coverage.keys()]).toEqual(["setup.py"]);
  });

  test("a Go module's files at the root of the repository are found", () => {
    const go = reportOf(
      "mode: set\ngithub.com/acme/shapes/area.go:1.1,1.5 1 1\ngithub.com/acme/shapes/sub/area.go:1.1,1.5 1 0\n",
    );
    const js = reportOf(`TN:\n${["a", "b", "c", "d"].map((name) => `SF:/gone/${name}.js\nDA:1,1\nend_of_record\n`).join("")}`);
    const { coverage } = gather([js, go], { root: "/root", tracked: ["area.go", "sub/area.go"] });
    expect(Object.fromEntries(coverage)).toEqual({ "area.go": [1], "sub/area.go": [0] });
  });

  test("what could be several files is the one by the report", () => {
    const report = reportOf(
      "TN:\nSF:src/index.ts\nDA:1,1\nend_of_record\nSF:main.ts\nDA:1,1\nend_of_record\n",
      "web/coverage/lcov.info",
    );
    const tracked = ["web/src/index.ts", "api/src/index.ts", "web/main.ts"];
    expect([...gather([report], { root: "/root", tracked }).coverage.keys()]).toEqual(["web/src/index.ts", "web/main.ts"]);
  });

  test("an empty report is none, and a broken one says which it is", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cocov-upload-"));
    try {
      for (const [name, text, message] of [
        ["empty.info", "", "no report in a known format"],
        ["page.html", "<html></html>", "no report in a known format"],
        ["cover.out", "mode: set\nnonsense\n", "a line of the profile can't be read"],
        [
          "coverage.xml",
          "<coverage><packages><package><classes><class/></classes></package></packages></coverage>",
          "looks like a report of Cobertura",
        ],
        [".resultset.json", '{"RSpec":{"coverage":{"a.rb":{"lines":["x"]}}}}', "looks like a report of SimpleCov"],
        ["coverage-final.json", '{"a.js":{"statementMap":{},"path":5}}', "looks like a report of Istanbul"],
      ] as const) {
        await Bun.write(join(folder, name), text);
        const reading = readReport(folder, name);
        await expect(reading).rejects.toThrow(message);
        await expect(reading).rejects.toThrow(name);
      }
      await expect(readReport(folder, "missing.info")).rejects.toThrow("there is no such file");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("hostile XML doesn't grow without end", () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE coverage [${Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i} "${`&e${i - 1};`.repeat(10)}">`).join("")}]><coverage><packages><package><classes><class filename="&e19;"/></classes></package></packages></coverage>`;
    const format = formatOf(bomb);
    try {
      const paths = [...(format?.read(bomb).keys() ?? [])];
      expect(paths.every((path) => path.length < 10_000)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
  });
});

describe("names in reports", () => {
  const tracked = [
    "app/models/user.rb",
    "lib/user.rb",
    "src/main/java/org/example/A.java",
    "web/src/index.ts",
    "api/src/index.ts",
    "main.go",
  ];
  const resolve = createSourcePaths("/home/ci/project", tracked);

  test.each([
    ["app/models/user.rb", "app/models/user.rb"],
    ["./app/models/user.rb", "app/models/user.rb"],
    ["/home/ci/project/lib/user.rb", "lib/user.rb"],
    ["/builds/other/lib/user.rb", "lib/user.rb"],
    ["C:\\work\\app\\models\\user.rb", "app/models/user.rb"],
    ["org/example/A.java", "src/main/java/org/example/A.java"],
    ["example.org/project/web/src/index.ts", "web/src/index.ts"],
    ["main.go", "main.go"],
  ])("%s is %s", (written, path) => {
    expect(resolve(written)).toBe(path);
  });

  test.each(["user.rb", "src/index.ts", "index.ts", "/usr/lib/ruby/net/http.rb", "other/main.go", "../main.go/..", ""])(
    "%j is none, or could be several",
    (written) => {
      expect(resolve(written)).toBeUndefined();
    },
  );
});

describe("lines as bytes", () => {
  test.each<[LineHits, string]>([
    [[10, 20, n, n, 0], "MTAeMjAAABU="],
    [[7], "Nw=="],
    [[0, 4], "FTQ="],
    [[0, 0, 0], "FRUV"],
    [[n, 3, 12, 0, n], "ADMeMTIVAA=="],
    [[], ""],
  ])("%j are %s", (lines, encoded) => {
    expect(encodeLines(lines)).toBe(encoded);
  });

  test("whatever lines are encoded can be read back", () => {
    const hits = fc.array(fc.option(fc.nat(1_000_000)), { maxLength: 200 });
    fc.assert(
      fc.property(hits, (lines) => {
        expect(decode(encodeLines(lines))).toEqual(lines);
      }),
    );
  });
});

/** The format's rules, read plainly: digits are a number until anything else comes. */
function decode(encoded: string): LineHits {
  const text = Buffer.from(encoded, "base64").toString("latin1");
  return [...text.matchAll(/\d+|[^\d]/g)].flatMap(([piece]) =>
    piece === "\x1e" ? [] : [/\d/.test(piece) ? Number(piece) : piece === "\x15" ? 0 : null],
  );
}
