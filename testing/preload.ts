import { afterAll } from "bun:test";
import { stopTestServer } from "./test-server";

afterAll(stopTestServer);
