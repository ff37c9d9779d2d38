import { statfs } from "node:fs/promises";
import { size } from "../log/size";
import type { Finding } from "./doctor-check";

const gibibyte = 1024 ** 3;

/**
 * @param what the folder is, for the summary
 * @param variable that names another
 */
export async function diskFinding(what: string, path: string, variable: string): Promise<Finding> {
  const found = await statfs(path).catch(() => undefined);
  if (!found) {
    return {
      state: "warning",
      summary: `${path}, ${what}, isn't there yet.`,
      remedy: `It is made at the first start; name another with ${variable}.`,
    };
  }
  const [free, all] = [found.bavail * found.bsize, found.blocks * found.bsize];
  const inodes = found.files > 0 ? found.ffree / found.files : 1;
  const summary = `${path}, ${what}, has ${size(free)} of ${size(all)} free${inodes < 0.05 ? `, and ${Math.round(inodes * 100)}% of its file entries` : ""}.`;
  const remedy = `Make room, give it a larger disk, or name another folder with ${variable}.`;
  if (free < gibibyte / 4 || inodes < 0.005) return { state: "failing", summary, remedy };
  if (free < 2 * gibibyte || free < all * 0.03 || inodes < 0.05) return { state: "warning", summary, remedy };
  return { state: "ok", summary };
}
