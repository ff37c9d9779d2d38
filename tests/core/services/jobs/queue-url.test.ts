import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseQueueUrl } from "../../../../core/services/jobs/bunqueue/queue-url";

test("one or several servers are read", () => {
  expect(parseQueueUrl("bunqueue://queue-1:6789,10.0.0.7:6790,[::1]:7000")).toEqual([
    { host: "queue-1", port: 6789 },
    { host: "10.0.0.7", port: 6790 },
    { host: "::1", port: 7000 },
  ]);
});

test("each server may be written in full", () => {
  expect(parseQueueUrl("bunqueue://a:1, bunqueue://b:2/")).toEqual([
    { host: "a", port: 1 },
    { host: "b", port: 2 },
  ]);
});

test.each([
  "",
  "redis://host:6379",
  "bunqueue://host",
  "bunqueue://host:0",
  "bunqueue://host:65536",
  "bunqueue://a:1,,b:2",
  "bunqueue://a:1/x",
])("%p is refused with what is accepted", (url) => {
  expect(() => parseQueueUrl(url)).toThrow("bunqueue://HOST:PORT");
});

test("every list of servers is read back as it was written", () => {
  const server = fc.record({ host: fc.domain(), port: fc.integer({ min: 1, max: 65_535 }) });
  fc.assert(
    fc.property(fc.array(server, { minLength: 1, maxLength: 5 }), (servers) => {
      expect(parseQueueUrl(`bunqueue://${servers.map(({ host, port }) => `${host}:${port}`).join(",")}`)).toEqual(servers);
    }),
  );
});
