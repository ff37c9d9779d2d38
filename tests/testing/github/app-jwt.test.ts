import { describe, expect, test } from "bun:test";
import { sign } from "node:crypto";
import { checkAppJwt } from "../../../testing/github/authentication/app-jwt";
import { appKey } from "../../../testing/github/authentication/app-key";

const now = 1_700_000_000;
const appId = 7;

function token(claims: object, header: object = { alg: "RS256", typ: "JWT" }): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode(header)}.${encode({ iss: appId, iat: now - 60, exp: now + 500, ...claims })}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), appKey().privatePem).toString("base64url")}`;
}

const complaint = (jwt: string) => checkAppJwt(jwt, appId, appKey().publicKey, now);

describe("an App's token", () => {
  test("is good with the App's id as number or text and at most 10 minutes to live", () => {
    expect(complaint(token({}))).toBeNull();
    expect(complaint(token({ iss: "7" }))).toBeNull();
    expect(complaint(token({ exp: now + 600 }))).toBeNull();
  });

  test("is refused when expired, too long-lived, issued in the future or for another App", () => {
    expect(complaint(token({ exp: now }))).toContain("Expiration time");
    expect(complaint(token({ exp: now + 3600 }))).toContain("too far in the future");
    expect(complaint(token({ iat: now + 300 }))).toContain("Issued at");
    expect(complaint(token({ iss: 8 }))).not.toBeNull();
  });

  test("is refused when changed after signing, of another algorithm, or no token at all", () => {
    const [header, , signature] = token({}).split(".");
    const longer = Buffer.from(JSON.stringify({ iss: appId, iat: now, exp: now + 599 })).toString("base64url");
    expect(complaint(`${header}.${longer}.${signature}`)).not.toBeNull();
    expect(complaint(token({}, { alg: "none" }))).not.toBeNull();
    expect(complaint("a.b.c")).not.toBeNull();
  });
});
