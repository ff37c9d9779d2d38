// Runs as a child process: asks for a server's health until its standard input ends, then prints what it saw. At the same moments it asks
// a bare server, in a process of its own: what that takes too is the machine's business.
const bare = Bun.spawn(
  [process.execPath, "-e", "console.log(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() }).url.href)"],
  { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
);
const { value: firstLine } = await bare.stdout.getReader().read();
const bareUrl = new TextDecoder().decode(firstLine).trim();
const healthUrl = `${process.argv[2]}/system/probes/health`;

const seen = { asked: 0, failed: 0, longestMs: 0, longestBeyondBareMs: 0 };
let ended = false;
void Bun.stdin.text().then(() => {
  ended = true;
});

async function ask(url: string): Promise<{ ok: boolean; ms: number }> {
  const asked = performance.now();
  const ok = await fetch(url).then(
    (answer) => answer.status === 200,
    () => false,
  );
  return { ok, ms: Math.round(performance.now() - asked) };
}

while (!ended) {
  const [health, other] = await Promise.all([ask(healthUrl), ask(bareUrl)]);
  seen.asked += 1;
  if (!health.ok) seen.failed += 1;
  seen.longestMs = Math.max(seen.longestMs, health.ms);
  seen.longestBeyondBareMs = Math.max(seen.longestBeyondBareMs, health.ms - other.ms);
  await Bun.sleep(50);
}
bare.kill();
console.log(JSON.stringify(seen));

export {};
