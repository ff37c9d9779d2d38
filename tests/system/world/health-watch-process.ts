// Runs as a child process: asks for a server's health until its standard input ends, then prints what it saw.
const url = `${process.argv[2]}/system/probes/health`;
const seen = { asked: 0, failed: 0, longestMs: 0 };
let ended = false;
void Bun.stdin.text().then(() => {
  ended = true;
});
while (!ended) {
  const asked = performance.now();
  const status = await fetch(url).then(
    (answer) => answer.status,
    () => 0,
  );
  seen.asked += 1;
  if (status !== 200) seen.failed += 1;
  seen.longestMs = Math.max(seen.longestMs, Math.round(performance.now() - asked));
  await Bun.sleep(50);
}
console.log(JSON.stringify(seen));

export {};
