import { WriteStream } from "node:tty";

/** Results go to stdout, everything said on the way to stderr; with `json`, stdout gets one JSON document at the end. */
export interface Terminal {
  readonly json: boolean;
  /** A line of the result. With `json` it is dropped: the document holds it. */
  print(line?: string): void;
  /** A piece of a line, for text as it is written. */
  write(text: string): void;
  /** The one JSON document. */
  document(value: unknown): void;
  /** A line said on the way: a notice, a failure. Always to stderr. */
  say(line: string): void;
  /** Shows a line that replaces itself, when stderr is a terminal. `null` takes it away. */
  progress(line: string | null): void;
}

/** The terminal of this process. */
export function processTerminal(json: boolean): Terminal {
  const stderrIsTerminal = process.stderr instanceof WriteStream && process.stderr.isTTY;
  let shown = false;
  const clear = () => {
    if (shown) process.stderr.write("\r\u001b[2K");
    shown = false;
  };
  return {
    json,
    print(line = "") {
      clear();
      if (!json) process.stdout.write(`${line}\n`);
    },
    write(text) {
      clear();
      if (!json) process.stdout.write(text);
    },
    document(value) {
      clear();
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    say(line) {
      clear();
      process.stderr.write(`${line}\n`);
    },
    progress(line) {
      clear();
      if (line === null || !stderrIsTerminal) return;
      const columns = process.stderr instanceof WriteStream ? process.stderr.columns : 80;
      process.stderr.write(line.slice(0, Math.max(20, columns - 1)));
      shown = true;
    },
  };
}

/** A bar of `width` characters for a share from 0 to 1. */
export function bar(share: number, width = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)}`;
}
