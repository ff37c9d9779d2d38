import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { flag, id, integer, oneOf, text, value } from "../../../../core/services/http/parameters";
import { codeOf, echo, messageOf, send, serverWith } from "./http-under-test";

const statuses = ["open", "closed"] as const;

describe("text", () => {
  const server = serverWith([
    echo(
      "POST",
      "/widgets",
      z.object({
        name: text({ missing: "widgets.missing_name", trim: true }),
        note: text().optional(),
        colour: text().default("red"),
        raw: text({ keepBlank: true }).optional(),
        printed: text({ mend: true }).optional(),
      }),
    ),
  ]);
  const post = (body: unknown) => send(server, "POST", "/widgets", body);

  test("takes text, numbers and true as text, without surrounding white space when asked", async () => {
    expect((await post({ name: "  a b " })).body).toEqual({ name: "a b", colour: "red" });
    expect((await post({ name: 12 })).body).toEqual({ name: "12", colour: "red" });
    expect((await post({ name: true })).body).toEqual({ name: "true", colour: "red" });
  });

  const missing = [undefined, null, false, "", " \t\n", [], {}, ["a"], { a: 1 }].map((name) => [name]);
  test.each(missing)("counts %j as missing", async (name) => {
    const reply = await post({ name });
    expect([reply.status, codeOf(reply)]).toEqual([400, "widgets.missing_name"]);
  });

  test("takes a blank optional one as absent, and keeps it where blanks are values", async () => {
    expect((await post({ name: "a", note: " ", colour: "", raw: " " })).body).toEqual({ name: "a", colour: "red", raw: " " });
    expect((await post({ name: "a", raw: null })).body).toEqual({ name: "a", colour: "red" });
  });

  test("refuses what the database can't store", async () => {
    expect(codeOf(await post({ name: "a\0b" }))).toBe("request.malformed");
    expect(codeOf(await post({ name: "a\ud800" }))).toBe("request.malformed");
    expect(codeOf(await send(server, "POST", "/widgets?name=a%00b"))).toBe("request.malformed");
    expect((await post({ name: "a \\u0000 and \u{1F600}" })).status).toBe(200);
  });

  test("replaces it where it has to take whatever comes", async () => {
    const reply = await post({ name: "a", printed: "one\0two \udc00 \u{1F600}" });
    expect(reply.body).toMatchObject({ printed: "one\ufffdtwo \ufffd \u{1F600}" });
    const query = await send(server, "POST", "/widgets?name=a&printed=one%00two");
    expect(query.body).toMatchObject({ printed: "one\ufffdtwo" });
  });
});

describe("integer", () => {
  const server = serverWith([
    echo(
      "POST",
      "/widgets",
      z.object({ size: integer({ min: 1, max: 2 ** 40, missing: "widgets.missing_size", invalid: "widgets.invalid_size" }) }),
    ),
  ]);

  test.each([1024, "1024", "+1024", "01024"])("takes %j", async (size) => {
    expect((await send(server, "POST", "/widgets", { size })).body).toEqual({ size: 1024 });
  });

  test.each([0, -1, "0", "-5", "1.5", 1.5, "12abc", "1e3", "0x10", true, 1e300, "99999999999999999999"])(
    "refuses %j with its own code",
    async (size) => {
      expect(codeOf(await send(server, "POST", "/widgets", { size }))).toBe("widgets.invalid_size");
    },
  );

  test("is missing when blank", async () => {
    expect(codeOf(await send(server, "POST", "/widgets", { size: "" }))).toBe("widgets.missing_size");
  });
});

describe("id", () => {
  const server = serverWith([echo("GET", "/widgets/:id", z.object({ id: id() }))]);

  test("is a number", async () => {
    expect((await send(server, "GET", "/widgets/0042")).body).toEqual({ id: 42 });
  });

  test.each(["12abc", "-1", "1.0", "%20", "9007199254740992", "9223372036854775808", "99999999999999999999", "٣"])(
    "%s is an unknown one",
    async (text) => {
      const reply = await send(server, "GET", `/widgets/${encodeURI(text).replace("%2520", "%20")}`);
      expect([reply.status, codeOf(reply)]).toEqual([404, "not_found"]);
    },
  );
});

test("flag takes JSON booleans and their usual texts", async () => {
  const server = serverWith([echo("POST", "/widgets", z.object({ on: flag().default(false) }))]);
  const read = async (on: unknown) => (await send(server, "POST", "/widgets", { on })).body;
  for (const on of [true, "true", "1", 1, "on"]) expect(await read(on)).toEqual({ on: true });
  for (const on of [false, "false", "0", 0, "", null]) expect(await read(on)).toEqual({ on: false });
  for (const on of ["maybe", [], [true], {}]) {
    expect(codeOf(await send(server, "POST", "/widgets", { on }))).toBe("request.malformed");
  }
});

describe("value", () => {
  const part = z.object({ kind: z.enum(["bolt", "nut"]), count: z.int() });
  const server = serverWith([
    echo("POST", "/widgets", z.object({ parts: value(z.array(part), { invalid: "widgets.invalid_parts" }).optional() })),
    echo("PUT", "/widgets", z.object({ parts: value(z.record(z.string(), z.string()), { missing: "widgets.missing_name" }) })),
  ]);

  test("gives lists and objects to their schema as they came", async () => {
    const parts = [{ kind: "bolt", count: 2 }];
    expect((await send(server, "POST", "/widgets", { parts })).body).toEqual({ parts });
    expect((await send(server, "POST", "/widgets", { parts: [] })).body).toEqual({ parts: [] });
    expect((await send(server, "POST", "/widgets", { parts: null })).body).toEqual({});
  });

  test("names the path of what is wrong and what is accepted", async () => {
    const reply = await send(server, "POST", "/widgets", {
      parts: [
        { kind: "bolt", count: 1 },
        { kind: "screw", count: 1 },
      ],
    });
    expect(codeOf(reply)).toBe("widgets.invalid_parts");
    expect(messageOf(reply)).toContain('parts.1.kind: expected one of "bolt"|"nut", got "screw"');
  });

  test("never repeats long values", async () => {
    const reply = await send(server, "POST", "/widgets", { parts: [{ kind: "x".repeat(5000), count: 1 }] });
    expect(messageOf(reply).length).toBeLessThan(300);
    const key = await send(server, "PUT", "/widgets", { parts: { ["k".repeat(5000)]: 1 } });
    expect(messageOf(key).length).toBeLessThan(300);
  });

  test("counts blank ones as missing where absence has a code", async () => {
    for (const parts of [{}, [], "", null, false]) {
      expect(codeOf(await send(server, "PUT", "/widgets", { parts }))).toBe("widgets.missing_name");
    }
  });
});

describe("the order of tests", () => {
  const server = serverWith([
    echo(
      "PATCH",
      "/widgets/:id",
      z.object({
        id: id(),
        name: text({ missing: "widgets.missing_name" }),
        status: oneOf(statuses, { missing: "widgets.missing_status", invalid: "widgets.invalid_status", immediate: true }),
        reason: text({
          missing: "widgets.missing_reason",
          keepBlank: true,
          when: ({ status }) => status === "closed",
        }).optional(),
        size: integer({ min: 1, missing: "widgets.missing_size", invalid: "widgets.invalid_size" }).optional(),
      }),
    ),
  ]);
  const code = async (body: unknown, id = "1") => codeOf(await send(server, "PATCH", `/widgets/${id}`, body));

  test("is absences as declared, then forms as declared, and the path last", async () => {
    expect(await code({ size: 0 }, "x")).toBe("widgets.missing_name");
    expect(await code({ name: "a", size: 0 }, "x")).toBe("widgets.missing_status");
    expect(await code({ name: "a", status: "open", size: 0 }, "x")).toBe("widgets.invalid_size");
    expect(await code({ name: "a", status: "open" }, "x")).toBe("not_found");
  });

  test("puts an immediate form before the absence of later ones", async () => {
    expect(await code({ name: "a", status: "odd" })).toBe("widgets.invalid_status");
  });

  test("requires a conditional one only when the others say so, blank or not", async () => {
    expect(await code({ name: "a", status: "closed" })).toBe("widgets.missing_reason");
    expect((await send(server, "PATCH", "/widgets/1", { name: "a", status: "closed", reason: "" })).status).toBe(200);
    expect((await send(server, "PATCH", "/widgets/1", { name: "a", status: "open" })).status).toBe(200);
  });

  test("adds what was wrong to the code's standard message", async () => {
    const reply = await send(server, "PATCH", "/widgets/1", { name: "a", status: "odd" });
    expect(messageOf(reply)).toBe('The status isn\'t known: status: expected one of "open"|"closed"');
  });
});

describe("a declaration that can't work stops the start", () => {
  test("when the path names what params doesn't declare", () => {
    expect(() => serverWith([echo("GET", "/widgets/:id/:other", z.object({ id: id() }))])).toThrow(
      "Route GET /widgets/:id/:other: params must declare what the path names: other",
    );
  });

  test("when a parameter isn't made with a builder", () => {
    expect(() => serverWith([echo("GET", "/widgets", z.object({ name: z.string() }))])).toThrow(
      'parameter "name" must be made with',
    );
  });

  test("when it names a code that nobody declares", () => {
    expect(() => serverWith([echo("GET", "/widgets", z.object({ name: text({ missing: "widgets.typo" }) }))])).toThrow(
      'Route GET /widgets of plugin "widgets" names the error code widgets.typo, which nobody declares',
    );
  });
});
