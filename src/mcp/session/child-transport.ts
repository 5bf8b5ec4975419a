import { type ChildProcess, spawn } from "node:child_process";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { IndoorsError } from "../../shared/errors.ts";
import { LineReader } from "./line-reader.ts";
import { longestMessage, mostMalformed, mostUnread } from "./limits.ts";
import type { ServerTransport } from "./serve-session.ts";

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** How long a server may take to end by itself when its input ends, and then when it is asked to. */
const patienceMs = 1000;
/** Between what belongs together at its end. */
const lastWordsMs = 200;
const longestLine = 2000;

/** A server as a child process, one JSON-RPC message a line on its stdin and stdout. */
export class ChildTransport implements ServerTransport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  readonly #command: ServerCommand;
  readonly #log: (line: string) => void;
  readonly #gone = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #fault: string | null = null;
  #malformed = 0;
  #closing: Promise<void> | undefined;

  /** @param log told what it writes to stderr, and lines on stdout that are no messages. */
  constructor(command: ServerCommand, log: (line: string) => void) {
    this.#command = command;
    this.#log = log;
  }

  get fault(): string | null {
    return this.#fault;
  }

  /** @throws IndoorsError `server.failed` when there is no such program. */
  async start(): Promise<void> {
    const { file, args, env, cwd } = this.#command;
    const child = spawn(file, args, { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    // What it no longer reads is no failure: that it is gone is told below.
    child.stdin.on("error", () => {});
    const messages = new LineReader(longestMessage, (line) => this.#receive(line));
    child.stdout.on("data", (chunk: Buffer) => {
      if (this.#fault === null && !messages.read(chunk)) this.#end("It sent a message that is longer than 4 MB.");
    });
    child.stdout.on("end", () => {
      // In most cases because it ends: then how it ended says more.
      const stays = () => this.#closing === undefined && this.#end("It closed its output.");
      setTimeout(stays, lastWordsMs).unref();
    });
    const words = new LineReader(longestLine, (line) => this.#log(line.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => {
      if (!words.read(chunk)) words.reset();
    });
    child.once("exit", (code, signal) => {
      const over = () => {
        this.#fault ??= `It ended (${signal ?? `exit code ${code}`}).`;
        this.#gone.resolve();
        this.onclose?.();
      };
      // What it wrote last may still be on its way; whoever it left behind may hold its output open for ever.
      const timer = setTimeout(over, lastWordsMs);
      child.once("close", () => {
        clearTimeout(timer);
        over();
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => {
        this.#fault ??= `It could not be started: ${error.message}.`;
        this.#gone.resolve();
        reject(
          new IndoorsError("server.failed", `The server was not started: ${file}. ${error.message}. Install it again.`),
        );
      });
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if (stdin === null || stdin === undefined || !stdin.writable) throw this.#failed("It no longer takes messages.");
    if (stdin.writableLength > mostUnread) {
      this.#end("It does not read what is sent to it.");
      throw this.#failed("It does not read what is sent to it.");
    }
    stdin.write(`${JSON.stringify(message)}\n`);
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      const child = this.#child;
      if (child?.pid === undefined) return;
      child.stdin?.end();
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        const timer = setTimeout(() => child.kill(signal), patienceMs);
        await Promise.race([this.#gone.promise, new Promise((resolve) => setTimeout(resolve, patienceMs + 50))]);
        clearTimeout(timer);
      }
      await this.#gone.promise;
    })();
    return this.#closing;
  }

  #receive(line: Buffer): void {
    if (this.#fault !== null) return;
    const text = line.toString("utf8").trim();
    if (text === "") return;
    const parsed = JSONRPCMessageSchema.safeParse(jsonOf(text));
    if (parsed.success) return this.onmessage?.(parsed.data);
    this.#log(`no message: ${text.slice(0, 200)}`);
    if (++this.#malformed > mostMalformed) this.#end("It writes what is no message.");
  }

  #end(why: string): void {
    if (this.#fault !== null) return;
    this.#fault = why;
    this.#child?.kill("SIGKILL");
  }

  #failed(why: string): IndoorsError {
    return new IndoorsError("server.failed", `The server cannot be used: ${this.#fault ?? why} Start it again.`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
