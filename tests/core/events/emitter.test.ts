import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { createEvents } from "../../../core/events/emitter";
import { defineEvent } from "../../../core/events/event";
import { createJobWorld, type JobWorld, leaveEffect } from "../services/jobs/world/job-world";

let world: JobWorld;
beforeAll(async () => {
  world = await createJobWorld();
});
afterEach(() => world.reset());
afterAll(() => world.close());

const fetched = defineEvent<{ commitId: number }>("commit.fetched");
const deleted = defineEvent<{ commitId: number }>("commit.deleted");
const noting = (who: string) => fetched.handledBy((tx, { commitId }) => leaveEffect(tx, `${who} saw ${commitId}`));

test("handlers run in the order in which their plugins were registered", async () => {
  const events = createEvents([fetched]);
  events.register([noting("first")]);
  events.register([noting("second"), noting("third")]);
  await world.db.transaction((tx) => events.emit(tx, fetched, { commitId: 7 }));
  expect(await world.effects()).toEqual(["first saw 7", "second saw 7", "third saw 7"]);
});

test("a handler hears only of the event it registered for", async () => {
  const events = createEvents([fetched, deleted]);
  events.register([noting("listener")]);
  await world.db.transaction((tx) => events.emit(tx, deleted, { commitId: 7 }));
  expect(await world.effects()).toEqual([]);
});

test("what a handler throws rolls back the change and what other handlers did", async () => {
  const failing = fetched.handledBy(() => Promise.reject(new Error("no room")));
  const events = createEvents([fetched]);
  events.register([noting("first"), failing, noting("never")]);
  const change = world.db.transaction(async (tx) => {
    await leaveEffect(tx, "change");
    await events.emit(tx, fetched, { commitId: 7 });
  });
  await expect(change).rejects.toThrow("no room");
  expect(await world.effects()).toEqual([]);
});

test("an event that no plugin declares can't be told", async () => {
  const events = createEvents([deleted]);
  const change = world.db.transaction((tx) => events.emit(tx, fetched, { commitId: 7 }));
  await expect(change).rejects.toThrow(
    "The event commit.fetched is told, but no plugin has it in the `events` of its manifest",
  );
});
