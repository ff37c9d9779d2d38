// Runs as a child process that its test kills: the platform as `bun run start` starts it, with job timing that notices sooner that
// its predecessor is gone.
import { createApp } from "../../../core/app/app";

const app = await createApp({
  services: { jobs: { timing: { poll: 0.2, upkeep: 0.2, stale: 1, lease: 1, lost: 2 } } },
});
process.on("SIGTERM", async () => {
  await app.stop();
  process.exit(0);
});
await app.start();
