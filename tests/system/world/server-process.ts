// Runs as a child process that its test kills: the platform as `bun run start` starts it, with job timing that notices sooner that
// its predecessor is gone.
import { createApp } from "../../../core/app/app";

const timing = { poll: 0.2, upkeep: 0.2, stale: 1, lease: 1, lost: 2 };
// One with more patience, where many processes share the machine.
const patient = { poll: 1, upkeep: 2, stale: 6, lease: 6, lost: 8 };
const app = await createApp({ services: { jobs: { timing: process.env.COCOV_TEST_TIMING === "patient" ? patient : timing } } });
process.on("SIGTERM", async () => {
  await app.stop();
  process.exit(0);
});
await app.start();
