/**
 * What tests of plugins stand on, for plugins in this project and elsewhere: the platform in this process, with a database and a
 * GitHub of its own.
 */

export { conformanceProblems } from "./conformance/conformance-problems";
export { createTestDatabase, type TestDatabase } from "./databases";
export type { AddedRepository, WantedRepository } from "./factories";
export * from "./github";
export { letTimePass } from "./let-time-pass";
export { startTestRedis, type TestRedis, useTestRedis } from "./redis/server";
export { type RequestOptions, testKey } from "./server";
export { startTestPlatform, type TestPlatform, type TestPlatformOptions, useTestPlatform } from "./test-platform";
