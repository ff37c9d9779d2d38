import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isRedirectTarget, originOf, withExchangeToken } from "../../../plugins/auth/redirect";

/** What addresses are made of, and what makes one look like another. */
const pieces = fc.constantFrom(
  ..."https:// http:// HTTPS:// https:/ https: // / \\ @ : ? # & = . .. %2F %5C %40 %00 \t \n \u00a0 \ufeff ui.example.org evil.example".split(
    " ",
  ),
  ..."localhost:4000 [::1] 127.0.0.1 ada ada:secret@ :443 :8080 exchange_token= exchange%5Ftoken= next=%2F a=1 javascript: data: 。 ﹫".split(
    " ",
  ),
  " ",
);
const address = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.array(pieces, { maxLength: 6 }).map((parts) => `https://ui.example.org${parts.join("")}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
);
const accepted = address.filter((text) => isRedirectTarget(text, []));
const token = "0123456789abcdef0123456789abcdef0123456789";

describe("an address that is accepted", () => {
  test("is of http or https, has a host, and has neither credentials nor anything that is read in two ways", () => {
    fc.assert(
      fc.property(accepted, (text) => {
        const url = new URL(text);
        expect(["http:", "https:"]).toContain(url.protocol);
        expect([url.username, url.password]).toEqual(["", ""]);
        expect(url.host).not.toBe("");
        expect(text).not.toMatch(/[\\\s\p{Cc}]/u);
        // Read as the generic syntax of addresses has it, the host is the same.
        expect(new URL(`http://${/^[^:]+:\/\/([^/?#]*)/.exec(text)?.[1]}`).hostname).toBe(url.hostname);
      }),
      { numRuns: 2000 },
    );
  });

  test("leads nowhere but to a listed origin, if some are listed", () => {
    const origins = ["https://ui.example.org", "http://localhost:4000/"];
    fc.assert(
      fc.property(accepted, (text) => {
        expect(isRedirectTarget(text, origins)).toBe(
          ["https://ui.example.org", "http://localhost:4000"].includes(new URL(text).origin),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test("stays what it was but for one exchange token", () => {
    fc.assert(
      fc.property(accepted, (text) => {
        const [before, after] = [new URL(text), new URL(withExchangeToken(text, token))];
        expect(isRedirectTarget(after.href, [])).toBe(true);
        expect(after.searchParams.getAll("exchange_token")).toEqual([token]);
        expect([after.origin, after.pathname, after.hash]).toEqual([before.origin, before.pathname, before.hash]);
        const others = (url: URL) => [...url.searchParams].filter(([name]) => name !== "exchange_token");
        expect(others(after)).toEqual(others(before));
      }),
      { numRuns: 2000, examples: [["https://ui.example.org??exchange_token="]] },
    );
  });
});

test("an entry of the setting is an origin and nothing more", () => {
  fc.assert(
    fc.property(address, (text) => {
      const origin = originOf(text);
      if (origin !== null) expect(isRedirectTarget(`${origin}/x`, [text])).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
