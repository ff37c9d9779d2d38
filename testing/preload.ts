import { afterAll } from "bun:test";
import { stopTestServer } from "./test-server";

// After a file of a parallel run, its process goes on with others: the server ends with the process then.
if (process.env.BUN_TEST_WORKER_ID === undefined) afterAll(stopTestServer);
