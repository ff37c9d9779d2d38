import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { anyone } from "../../../../core/services/http/guard";
import { route } from "../../../../core/services/http/route";
import type { ProxyTrust } from "../../../../core/services/http/trusted-proxies";
import { serverWith } from "./http-under-test";

const whoami = route({
  method: "GET",
  path: "/whoami",
  summary: "Say who asks for what",
  access: anyone,
  paginated: true,
  answers: { 200: z.object({ address: z.string(), url: z.string(), next: z.string().optional() }) },
  handle: ({ address, url, page }) => ({ address, url: url.href, next: page.block(50).next_page }),
});

async function ask(trustProxy: ProxyTrust, peer: string, headers: Record<string, string>, path = "/whoami"): Promise<unknown> {
  const server = serverWith([whoami], { settings: { host: "127.0.0.1", port: 0, trustProxy } });
  return await (await server.handle(new Request(`http://internal:3000${path}`, { headers }), peer)).json();
}

const forwarded = {
  "x-forwarded-for": "198.51.100.7, 10.0.0.9",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "api.example.org",
};
const believed = {
  address: "198.51.100.7",
  url: "https://api.example.org/whoami",
  next: "https://api.example.org/whoami?page=2",
};
const direct = (address: string) => ({
  address,
  url: "http://internal:3000/whoami",
  next: "http://internal:3000/whoami?page=2",
});

describe("X-Forwarded-* headers", () => {
  test("mean nothing unless proxies are trusted", async () => {
    expect(await ask(false, "10.0.0.1", forwarded)).toEqual(direct("10.0.0.1"));
    expect(await ask([], "10.0.0.1", forwarded)).toEqual(direct("10.0.0.1"));
  });

  test("are believed from anyone, or from trusted addresses and ranges", async () => {
    expect(await ask(true, "203.0.113.1", forwarded)).toEqual(believed);
    expect(await ask(["10.0.0.0/8"], "10.0.0.1", forwarded)).toEqual(believed);
    expect(await ask(["10.0.0.1", "10.0.0.9"], "::ffff:10.0.0.1", forwarded)).toEqual(believed);
    expect(await ask(["2001:db8::/32", "10.0.0.9"], "2001:db8::5", forwarded)).toEqual(believed);
  });

  test("are not believed from others", async () => {
    expect(await ask(["10.0.0.0/8"], "203.0.113.1", forwarded)).toEqual(direct("203.0.113.1"));
  });

  test("name the last address that isn't a trusted proxy's, so that callers can't invent theirs", async () => {
    const invented = { "x-forwarded-for": "1.1.1.1, 198.51.100.7, 10.0.0.9" };
    expect(await ask(["10.0.0.0/8"], "10.0.0.1", invented)).toMatchObject({ address: "198.51.100.7" });
    expect(await ask(["10.0.0.0/8"], "10.0.0.1", { "x-forwarded-for": "198.51.100.7:4711" })).toMatchObject({
      address: "198.51.100.7",
    });
    expect(await ask(["10.0.0.0/8"], "10.0.0.1", { "x-forwarded-for": "nonsense, 10.0.0.9" })).toMatchObject({
      address: "10.0.0.9",
    });
  });

  test("are ignored when they make no address", async () => {
    for (const odd of ["a b", "x/y", "evil.example.org/path?", "a@b", "[", ""]) {
      const headers = { "x-forwarded-proto": "javascript", "x-forwarded-host": odd };
      expect(await ask(true, "10.0.0.1", headers)).toEqual(direct("10.0.0.1"));
    }
  });

  test("apply to addresses with needless slashes too", async () => {
    expect(await ask(true, "10.0.0.1", forwarded, "/whoami/")).toMatchObject({
      address: "198.51.100.7",
      url: "https://api.example.org/whoami/",
    });
  });
});

test.each(["10.0.0.0/33", "10.0.0/8", "proxy.local", "10.0.0.0/8/8", "10.0.0.0/", ""])(
  "%j as a trusted proxy stops the start",
  (entry) => {
    expect(() => serverWith([], { settings: { host: "127.0.0.1", port: 0, trustProxy: [entry] } })).toThrow("trustProxy");
  },
);
