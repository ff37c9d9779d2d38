import { connect, type Socket } from "node:net";

/** A connection on which a test writes what no HTTP client would. */
export interface RawConnection {
  write(text: string | Uint8Array): void;
  /** All that was heard until the server hung up, or until `done` says that it is enough. */
  heard(done?: (text: string) => boolean): Promise<string>;
  close(): void;
}

export async function openConnection(url: string): Promise<RawConnection> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(Number(new URL(url).port), "127.0.0.1", () => resolve(opened));
    opened.once("error", reject);
  });
  let text = "";
  let closed = false;
  const changed = new EventTarget();
  const tell = () => changed.dispatchEvent(new Event("change"));
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    tell();
  });
  socket.on("error", () => undefined); // hanging up in the middle is an answer too
  socket.on("close", () => {
    closed = true;
    tell();
  });
  return {
    write: (data) => void socket.write(data),
    close: () => void socket.destroy(),
    async heard(done = () => false) {
      while (!closed && !done(text))
        await new Promise((resolve) => changed.addEventListener("change", resolve, { once: true }));
      return text;
    },
  };
}
