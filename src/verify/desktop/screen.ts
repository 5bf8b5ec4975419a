import { spawn } from "node:child_process";
import { once } from "node:events";

/** A screen that nobody sees. */
export interface Screen {
  /** For DISPLAY. */
  readonly display: string;
  close(): Promise<void>;
}

/** Starts Xvfb on a display that is free. Size in pixels. */
export async function openScreen({ width, height }: { width: number; height: number }): Promise<Screen> {
  const args = ["-displayfd", "3", "-screen", "0", `${width}x${height}x24`, "-nolisten", "tcp", "-noreset"];
  const server = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let said = "";
  server.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = once(server, "close");
  const number = await new Promise<string>((resolve, reject) => {
    server.stdio[3]?.once("data", (bytes: Buffer) => resolve(bytes.toString("utf8").trim()));
    server.once("error", reject);
    server.once("close", () => reject(new Error(`Xvfb did not start: ${said}`)));
  });
  return {
    display: `:${number}`,
    async close() {
      server.kill();
      await ended;
    },
  };
}
