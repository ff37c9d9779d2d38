import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Language } from "../../../plugins/source/grammar";
import { defaultLimits, highlightLines } from "../../../plugins/source/highlight";
import { colouredClasses } from "../../../plugins/source/known-class";
import { byExtension } from "../../../plugins/source/language-names";
import { splitLines } from "../../../plugins/source/lines";

const languages: Language[] = [...new Set(Object.values(byExtension))];

/** Our markup, and nothing else, as it was before it was put in. */
function textOf(html: string): string {
  return html
    .replace(/<span class="[a-z][a-z0-9]*(?: [a-z][a-z0-9]*)?">|<\/span>/g, "")
    .replace(
      /&(amp|lt|gt|quot|#39);/g,
      (entity) => ({ "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" })[entity] ?? "",
    );
}

describe("highlighting shows", () => {
  const examples: [Language, string, string][] = [
    ["ruby", "  def foo", '  <span class="k">def</span> <span class="nf">foo</span>'],
    [
      "ruby",
      "class Foo < Bar # c",
      '<span class="k">class</span> <span class="nc">Foo</span> <span class="o">&lt;</span> <span class="no">Bar</span> <span class="c1"># c</span>',
    ],
    [
      "typescript",
      "const x = 1;",
      '<span class="k">const</span> <span class="nx n">x</span> <span class="o">=</span> <span class="m">1</span><span class="p">;</span>',
    ],
    [
      "python",
      "def foo(): pass",
      '<span class="k">def</span> <span class="nf">foo</span><span class="p">(</span><span class="p">)</span><span class="p">:</span> <span class="k">pass</span>',
    ],
    [
      "go",
      'f("a<b")',
      '<span class="n">f</span><span class="p">(</span><span class="s2">&quot;a&lt;b&quot;</span><span class="p">)</span>',
    ],
    [
      "json",
      '{"a": true}',
      '<span class="p">{</span><span class="nt nl">&quot;a&quot;</span><span class="p">:</span> <span class="kc">true</span><span class="p">}</span>',
    ],
    [
      "yaml",
      "- a: 'b' # c",
      '<span class="p">-</span> <span class="nt nl">a</span><span class="p">:</span> <span class="s1 s">&#39;b&#39;</span> <span class="c1"># c</span>',
    ],
    [
      "php",
      "<?php echo $a;",
      '<span class="cp kp">&lt;?php</span> <span class="k">echo</span> <span class="nv n">$a</span><span class="p">;</span>',
    ],
    [
      "elixir",
      "def go(:ok)",
      '<span class="k">def</span> <span class="nf">go</span><span class="p">(</span><span class="ss">:ok</span><span class="p">)</span>',
    ],
    ["hcl", "x = true", '<span class="na">x</span> <span class="o">=</span> <span class="kc">true</span>'],
    ["graphql", "type A", '<span class="k">type</span> <span class="kt">A</span>'],
    ["makefile", "all: $(A)", '<span class="nf">all</span><span class="o">:</span> <span class="nv n">$(A)</span>'],
    ["markdown", "# Title", '<span class="gh nn"># Title</span>'],
    [
      "css",
      "a { color: red }",
      '<span class="nt nl">a</span> <span class="p">{</span> <span class="k">color</span><span class="p">:</span> <span class="k">red</span> <span class="p">}</span>',
    ],
  ];
  test.each(examples)("%s: %s", (language, line, html) => {
    expect(highlightLines(line, language)).toEqual([html]);
  });

  test("a comment over several lines in one span a line", () => {
    expect(highlightLines("/* a\n   b\n*/ x", "c")).toEqual([
      '<span class="cm c1">/* a</span>',
      '   <span class="cm c1">b</span>',
      '<span class="cm c1">*/</span> <span class="n">x</span>',
    ]);
  });

  test("a string over several lines in one span a line, blank lines between them empty", () => {
    expect(highlightLines('"""a\n\nb"""', "python")).toEqual([
      '<span class="s2">&quot;&quot;&quot;a</span>',
      "",
      '<span class="s">b&quot;&quot;&quot;</span>',
    ]);
  });

  test("text without a known language escaped", () => {
    expect(highlightLines('<a href="x">&amp;</a>\n\'', null)).toEqual([
      "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;",
      "&#39;",
    ]);
  });
});

describe("text is shown plain", () => {
  test("on a line that is too long, without hiding what the next one is", () => {
    const long = `return 1${" ".repeat(defaultLimits.maxLineLength)}`;
    expect(highlightLines(`${long}\nreturn`, "c")).toEqual([long, '<span class="k">return</span>']);
  });

  test("when there are too many lines", () => {
    expect(highlightLines("if\n<", "c", { ...defaultLimits, maxLines: 1 })).toEqual(["if", "&lt;"]);
  });

  test("when there is too much of it", () => {
    expect(highlightLines("if\n<", "c", { ...defaultLimits, maxLength: 3 })).toEqual(["if", "&lt;"]);
  });

  test("when the time is used up", () => {
    expect(highlightLines("if\n<", "c", { ...defaultLimits, budget: -1 })).toEqual(["if", "&lt;"]);
  });
});

describe("whatever the text", () => {
  const piece = fc.constantFrom(
    ..."\" ' ` /* */ // # <<A <<~B A %q( %w[ #{ $ { } ) ] ( [ { <!-- --> <a <? ?> \\ = : :: ; , . | & && < > @ $ 0x 1_0 .5 e def class return if".split(
      " ",
    ),
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    '"""',
    "é",
    "\u2028",
    "<span>",
    "&amp;",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join("")),
  );

  test.each(languages)("%s markup taken away leaves each line as it was, and every class of it has a colour", (language) => {
    fc.assert(
      fc.property(text, (source) => {
        const html = highlightLines(source, language);
        expect(html.map(textOf)).toEqual(splitLines(source));
        for (const [, classes = ""] of html.join("").matchAll(/<span class="([^"]*)">/g))
          expect(classes.split(" ").some((name) => colouredClasses.has(name))).toBeTrue();
        for (const line of html)
          expect(line.replace(/<span class="[a-z][a-z0-9]*(?: [a-z][a-z0-9]*)?">[^<>]+<\/span>/g, "")).not.toMatch(/[<>"']/);
      }),
      { numRuns: 60 },
    );
  });

  test.each(languages)("%s starts every file afresh", (language) => {
    const before = highlightLines("a = 1\nb", language);
    highlightLines("/* \"\"\" ''' <<A `", language);
    expect(highlightLines("a = 1\nb", language)).toEqual(before);
  });
});
