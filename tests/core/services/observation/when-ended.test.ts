import { expect, test } from "bun:test";
import { pino } from "pino";
import { currentAct } from "../../../../core";
import { during, noAct } from "../../../../core/services/observation/act";
import { createObservation } from "../../../../core/services/observation/observation";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const request = { method: "GET", route: "/a" };

/** An observation whose log is kept. */
function world() {
  const lines: string[] = [];
  const observation = createObservation(pino({}, { write: (line: string) => void lines.push(line) }));
  return { observation, lines };
}

test("who counts is told of work once, when it has ended, and of no other kind", () => {
  const { observation } = world();
  const told: unknown[] = [];
  observation.whenEnded({ request: (begun, { status }) => void told.push([begun.route, status]) });
  observation.observe([]);
  expect(observation.begin.job).toBeUndefined();
  const observed = observation.begin.request?.(request, { ...noAct, trace: traceparent });
  expect([told, observed?.trace]).toEqual([[], traceparent]);
  observed?.end({ status: 200 });
  observed?.end({ status: 500 });
  expect(told).toEqual([["/a", 200]]);
});

test("so it is next to observers, whose own doing isn't counted", () => {
  const { observation } = world();
  const told: string[] = [];
  observation.whenEnded({
    request: ({ route }, { milliseconds }) => void told.push(`counted ${route} ${milliseconds >= 0}`),
    call: ({ name }) => void told.push(`counted ${name}`),
  });
  const observers = {
    request: () => {
      observation.call({ kind: "own", name: "its own" })();
      return () => void told.push("observed");
    },
  };
  observation.observe([{ plugin: "watcher", observers }]);
  observation.begin.request?.(request, currentAct())?.end({ status: 200 });
  observation.call({ kind: "git", name: "fetch" })();
  expect(told).toEqual(["observed", "counted /a true", "counted fetch"]);
});

test("one that fails is logged once, harms nothing, and keeps nobody else from counting", () => {
  const { observation, lines } = world();
  let counted = 0;
  observation.whenEnded({
    job: () => {
      throw new Error("broken");
    },
  });
  observation.whenEnded({ job: () => void counted++ });
  observation.observe([]);
  for (let times = 0; times < 3; times++)
    during(noAct, () =>
      observation.begin.job?.({ name: "a", attempt: 1, waitedMilliseconds: 0 })?.end({ outcome: "completed" }),
    );
  expect([counted, lines.length]).toEqual([3, 1]);
});
