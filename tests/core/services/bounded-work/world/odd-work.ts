/** Work that goes wrong in the ways that work can. */
export default function oddWork(what: { kind: string; size?: number; text?: string }): unknown {
  switch (what.kind) {
    case "echo":
      return what.text;
    case "loop":
      for (;;);
    case "wait": {
      const until = performance.now() + (what.size ?? 0);
      while (performance.now() < until);
      return process.pid;
    }
    case "memory": {
      const kept: number[][] = [];
      for (;;) kept.push(new Array<number>(10_000).fill(kept.length + 0.5));
    }
    case "text": {
      let text = "x";
      for (;;) text = `${text}${text.length}${text}`;
    }
    case "die":
      process.kill(process.pid, "SIGKILL");
      return undefined;
    case "throw":
      throw new Error("odd");
    case "environment":
      return { ...process.env };
    default:
      return process.pid;
  }
}
