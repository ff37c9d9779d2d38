import { measureExcerpts } from "./excerpts";
import type { IssueFigure } from "./figure";
import { measurePages } from "./pages";
import { startBenchPlatform } from "./platform";
import { measureRegistration } from "./register";

/** Measures what issues cost: to register, to start over, to page through and to look at. @param many issues of the large commit */
export async function measureIssues({ many, rounds }: { many: number; rounds: number }): Promise<IssueFigure[]> {
  const platform = await startBenchPlatform();
  try {
    return [
      ...(await measureExcerpts(platform, rounds)),
      ...(await measureRegistration(platform, rounds)),
      ...(await measurePages(platform, many, rounds)),
    ];
  } finally {
    await platform.stop();
  }
}
