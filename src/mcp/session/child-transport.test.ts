import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ChildTransport } from "./child-transport.ts";
import { LineReader } from "./line-reader.ts";

const started: ChildTransport[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.close()));
});

async function start(program: string, env: Readonly<Record<string, string>> = {}) {
  const heard = { messages: [] as JSONRPCMessage[], lines: [] as string[], closed: 0 };
  const command = { file: process.execPath, args: ["--eval", program], env, cwd: "/tmp" };
  const transport = new ChildTransport(command, (line) => void heard.lines.push(line));
  Object.assign(transport, {
    onmessage: (message: JSONRPCMessage) => void heard.messages.push(message),
    onclose: () => void heard.closed++,
  });
  started.push(transport);
  await transport.start();
  return { transport, heard };
}
const ping = { jsonrpc: "2.0", id: 1, method: "ping" } as const;

/** Starting Node takes long on a busy machine. */
const heardOf = (expected: () => void) => vi.waitFor(expected, { timeout: 20_000 });

describe("a child", () => {
  it("gets messages and gives them, a line each, and its own environment only", async () => {
    const echo = `process.stdin.pipe(process.stdout); console.error("ENV " + Object.keys(process.env).join());`;
    const { transport, heard } = await start(echo, { ONE: "1" });
    await transport.send(ping);
    await heardOf(() => expect(heard.messages).toEqual([ping]));
    await heardOf(() => expect(heard.lines).toEqual(["ENV ONE"]));
    await transport.close();
    expect(heard.closed).toBe(1);
    expect(transport.fault).toBe("It ended (exit code 0).");
  });

  it("is heard to its last word, and says how it ended", async () => {
    const { transport, heard } = await start(
      `process.stdout.write(JSON.stringify(${JSON.stringify(ping)}) + "\\n", () => process.exit(3));`,
    );
    await heardOf(() => expect(heard.closed).toBe(1));
    expect(heard.messages).toEqual([ping]);
    expect(transport.fault).toBe("It ended (exit code 3).");
    await expect(transport.send(ping)).rejects.toMatchObject({ code: "server.failed" });
  });

  it("that never reads is ended, and nothing waits for it", async () => {
    const { transport, heard } = await start("setInterval(() => {}, 1000)");
    const large = { ...ping, params: { text: "x".repeat(1024 * 1024) } };
    let refused = 0;
    for (let at = 0; at < 20; at++) await transport.send(large).catch(() => refused++);
    expect(refused).toBeGreaterThan(5);
    await heardOf(() => expect(heard.closed).toBe(1));
    expect(transport.fault).toBe("It does not read what is sent to it.");
  });

  it("that does not end when it is asked to is killed", async () => {
    const { transport, heard } = await start(
      `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.error("up");`,
    );
    await heardOf(() => expect(heard.lines).toEqual(["up"]));
    await transport.close();
    expect(transport.fault).toBe("It ended (SIGKILL).");
  });

  it("that closes its output and stays is ended", async () => {
    const { transport, heard } = await start(`require("node:fs").closeSync(1); setInterval(() => {}, 1000);`);
    await heardOf(() => expect(heard.closed).toBe(1));
    expect(transport.fault).toBe("It closed its output.");
  });

  it("that is not there says so", async () => {
    const transport = new ChildTransport({ file: "/nowhere/server", args: [], env: {}, cwd: "/tmp" }, () => {});
    await expect(transport.start()).rejects.toThrow(/not started: \/nowhere\/server/);
    await transport.close();
  });
});

describe("lines", () => {
  const read = (longest: number, ...chunks: readonly string[]) => {
    const lines: string[] = [];
    const reader = new LineReader(longest, (line) => void lines.push(line.toString()));
    return { taken: chunks.map((chunk) => reader.read(Buffer.from(chunk))), lines };
  };

  it("are the same however the bytes come", () => {
    const text = "one\n\ntwo ü\nrest";
    for (const chunks of [[text], [...text], ["one\n\ntw", "o ü\nre", "st"]]) {
      expect(read(100, ...chunks).lines).toEqual(["one", "", "two ü"]);
    }
  });

  it("are not longer than they may be", () => {
    expect(read(3, "abc\n").taken).toEqual([true]);
    expect(read(3, "abcd\n").taken).toEqual([false]);
    expect(read(3, "ab", "cd").taken).toEqual([true, false]);
    expect(read(3, "ab", "cd\n").taken).toEqual([true, false]);
    expect(read(3, "ab", "c\nabc\n").lines).toEqual(["abc", "abc"]);
  });
});
