/**
 * Ends a server that a test has started, and removes its files, when this process ends in a way that runs no code, such as kill -9.
 * @param pidFile where the server's process id stands in the first line
 * @returns what watches, to be killed once the server has been stopped
 */
export function endWithUs(pidFile: string, folder: string): Bun.Subprocess {
  const script = 'read -r _ || { kill -QUIT "$(head -n 1 "$0")"; sleep 1; rm -rf "$1"; }';
  const watchdog = Bun.spawn(["sh", "-c", script, pidFile, folder], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
    detached: true,
  });
  watchdog.unref();
  return watchdog;
}
