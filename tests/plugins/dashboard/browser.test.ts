import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { debianProgram } from "../../../testing/debian-program";
import { mend, world } from "./world/fragile";
import { usePanelWorld } from "./world/panel-world";

const { platform, panelToken, deadJob } = await usePanelWorld();
const browser = await launch();
afterAll(() => browser.close());

/** Debian's, which starts by a script of its own that has to be where it was made for. */
async function launch(): Promise<Browser> {
  const { path, env } = await debianProgram("chromium");
  const executablePath = Object.keys(env).length === 0 ? path : join(path, "../../lib/chromium/chromium");
  return await chromium.launch({ executablePath, args: ["--no-sandbox"], env: { ...process.env, ...env } });
}

/** @returns a page of a browser that has opened the panel, and what its console complains of */
async function openPanel(options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  page.on("pageerror", (error) => void complaints.push(error.message));
  await page.goto(`${platform.url}/v1/admin/sidekiq_panel?token=${await panelToken()}`);
  return { page, complaints };
}

/** Where `SCREENSHOTS` says, for people to look at. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

test.each([
  ["on a desktop", "desktop", desktop],
  ["on a phone, without JavaScript", "phone", { ...phone, javaScriptEnabled: false }],
])("an admin sees a job that is dead, and why, retries it, and sees it done: %s", async (_where, name, options) => {
  const id = await deadJob({ repositoryId: 7, password: "hunter2-hunter2", note: "a".repeat(300) });
  const { page, complaints } = await openPanel(options);
  expect(new URL(page.url()).pathname).toBe("/sidekiq");
  await shoot(page, `${name}-overview`);
  await page.getByRole("link", { name: "dead" }).first().click();
  await shoot(page, `${name}-dead`);
  await page.getByRole("link", { name: mend.name }).first().click();
  const text = (await page.textContent("main")) ?? "";
  expect(text).toContain(world.error);
  expect(text).toContain('"repositoryId": 7');
  expect(text).not.toContain("hunter2");
  await shoot(page, `${name}-job`);
  world.broken = false;
  await page.getByRole("button", { name: "Retry" }).click();
  expect(await page.textContent(".notice")).toBe("The job has all its attempts again.");
  await platform.idle();
  await page.goto(`${platform.url}/sidekiq/job?id=${id}`);
  expect(await page.textContent("main")).toContain("The job has ended");
  expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
  await page.getByRole("link", { name: "Schedules" }).click();
  await shoot(page, `${name}-schedules`);
  expect(await page.textContent("main")).toContain("fragile.sweep");
  await page.context().close();
});

test.each([
  ["desktop", desktop],
  ["phone", phone],
])("no page is wider than a %s, whatever is in it", async (name, options) => {
  const long = "unbroken".repeat(60);
  world.error = `${long} ${long}`;
  const id = await deadJob({ repositoryId: 8, note: long });
  const { page } = await openPanel({ ...options, colorScheme: "dark" });
  for (const path of ["", "/list", "/list?state=dead&name=fragile.mend", `/job?id=${id}`, "/schedules", "/nothing"]) {
    await page.goto(`${platform.url}/jobs${path}`);
    await shoot(page, `${name}-dark${path.replace(/\W+/g, "-")}`);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect([path, tooWide]).toEqual([path, 0]);
  }
  await page.goto(`${platform.url}/jobs/job?id=${id}`);
  await page.getByText("Delete…").click();
  await shoot(page, `${name}-confirm`);
  await page.getByRole("button", { name: "Delete" }).click();
  expect(await page.textContent(".notice")).toBe("The job has been deleted.");
  await page.context().close();
});
