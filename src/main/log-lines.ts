import type { ChildProcess } from "node:child_process";

/** Puts what a process prints into the log, under its name. Returns the function that says the last line of its errors. */
export function logLines(child: ChildProcess, name: string, onLog: (line: string) => void): () => string {
  let last = "";
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(-10_000);
      for (const line of lines) {
        if (line.trim() === "") continue;
        if (stream === child.stderr) last = line.trim().slice(0, 300);
        onLog(`${name} says: ${line.slice(0, 2000)}`);
      }
    });
  }
  return () => last;
}
