import { lt } from "semver";
import type { DoctorCheck, Finding } from "../../core";
import type { Redis } from "./redis";

/** The first that can look for a text in a list. */
const leastVersion = "6.0.6";

/** Whether Redis answers, can do what is asked of it, and keeps what it is given. */
export function redisCheck(redis: Pick<Redis, "configured" | "send">): DoctorCheck {
  return {
    name: "redis",
    needsDatabase: false,
    async look() {
      if (!redis.configured) return { state: "ok", summary: "There is none, and Workers ask over HTTP." };
      try {
        return findingOf(String(await redis.send("INFO", [])));
      } catch (error) {
        return {
          state: "failing",
          summary: `Redis can't be asked: ${error instanceof Error ? error.message : String(error)}.`,
          remedy: "Is it running, and is COCOV_REDIS_URL its address, with the right password?",
        };
      }
    },
  };
}

/** @param report what Redis says of itself: lines `name:value` */
function findingOf(report: string): Finding {
  const facts = new Map([...report.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = "", value = ""]) => [name, value]));
  const version = facts.get("redis_version") ?? "unknown";
  if (!/^\d+\.\d+\.\d+$/.test(version) || lt(version, leastVersion)) {
    return {
      state: "failing",
      summary: `Redis is of version ${version}.`,
      remedy: `It has to be ${leastVersion} or newer.`,
    };
  }
  const policy = facts.get("maxmemory_policy") ?? "unknown";
  if (facts.get("maxmemory") !== "0" && policy !== "noeviction") {
    return {
      state: "warning",
      summary: `Redis ${version} answers, and throws keys away when its memory is full (maxmemory-policy ${policy}).`,
      remedy:
        "Set maxmemory-policy to noeviction: what is thrown away has to be sent again, and checks do without the cache meanwhile.",
    };
  }
  return { state: "ok", summary: `Redis ${version} answers, and throws nothing away.` };
}
