import { ReadStream } from "node:tty";
import { IndoorsError } from "../shared/errors.ts";

/** More than anybody types. */
const longest = 1000;

/** The keys of a terminal in raw mode that are not text. */
const enter = new Set(["\r", "\n"]);
const rubOut = new Set(["\u007f", "\b"]);
const interrupt = "\u0003";
const endOfInput = "\u0004";

/**
 * Asks for a line on the terminal without showing what is typed. Only on a terminal: a secret in a pipe stands in the
 * history of a shell.
 * @param what is asked for, as a sentence begins with it
 * @throws IndoorsError `input.invalid` without a terminal, `cancelled` at Ctrl+C, Ctrl+D or when `signal` fires
 */
export async function readSecret(question: string, signal: AbortSignal, what = "A PIN"): Promise<string> {
  const { stdin, stderr } = process;
  if (!(stdin instanceof ReadStream) || !stdin.isTTY) {
    throw new IndoorsError("input.invalid", `${what} is asked for on a terminal only. Run this in one.`);
  }
  if (signal.aborted) throw new IndoorsError("cancelled");
  // What is typed the moment the question stands there is not shown either.
  stdin.setRawMode(true);
  stderr.write(question);
  stdin.setEncoding("utf8");
  stdin.resume();
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed: string[] = [];
      const stop = () => {
        stdin.off("data", take);
        signal.removeEventListener("abort", cancel);
      };
      const cancel = () => {
        stop();
        reject(new IndoorsError("cancelled"));
      };
      const take = (text: string) => {
        for (const key of text) {
          if (key === interrupt || key === endOfInput) return cancel();
          if (enter.has(key)) {
            stop();
            return resolve(typed.join(""));
          }
          if (rubOut.has(key)) typed = typed.slice(0, -1);
          else if (key >= " " && typed.length < longest) typed.push(key);
        }
      };
      stdin.on("data", take);
      signal.addEventListener("abort", cancel, { once: true });
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}
