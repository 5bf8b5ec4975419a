import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { dial } from "./dial.ts";
import type { Target } from "./target.ts";

export interface ExchangeRequest {
  readonly method: string;
  /** Small letters. Host, length and credential are not among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** The value of the target's credential header; null: it needs none. */
  readonly credential: string | null;
}

/** Told of what crosses, while it does. What `out` and `in` throw ends the exchange. */
export interface Meter {
  out(bytes: number): void;
  in(bytes: number): void;
  /** Once, when the answer is over: its HTTP status, if there was one, and null, or why it did not come to its end. */
  end(status: number | null, fault: unknown): void;
}

/** Node's own limit is the same; it is written here because it is relied on. */
const longestHead = 16 * 1024;
/** What an answer may be. Of its headers only this and the session are passed on: no cookie, no other place. */
const passedTypes = ["application/json", "text/event-stream"];

/**
 * One HTTP request to a target and its answer, over a connection of its own that ends with it. Redirects and compressed
 * answers are refused; of an answer that is no success only the status is passed on.
 * @throws perimeter.refused, perimeter.unreachable, timeout, cancelled, and what the meter throws; so does the body
 */
export async function exchange(
  target: Target,
  request: ExchangeRequest,
  meter: Meter,
  signal: AbortSignal,
): Promise<Response> {
  const explain = (fault: unknown) => explained(fault, target, signal);
  const socket = await dial(target, signal).catch((fault: unknown) => {
    meter.end(null, fault);
    throw fault;
  });
  const count = counter(socket, meter);
  const over = new Ending(socket, count, meter);
  const onAbort = () => over.end(explain(null));
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", onAbort));
  if (signal.aborted) onAbort();
  try {
    const answer = await answerTo(target, request, socket, count);
    socket.once("close", () => over.end(answer.complete ? null : explain(new Error("the connection was closed"))));
    return responseOf(target, answer, over, explain);
  } catch (fault) {
    throw over.end(explain(fault));
  }
}

/** The end of one exchange: the first one counts. */
class Ending {
  /** Null: there is no answer yet. */
  status: number | null = null;
  readonly #socket: Socket;
  readonly #count: () => void;
  readonly #meter: Meter;
  #ended = false;
  #fault: unknown = null;

  constructor(socket: Socket, count: () => void, meter: Meter) {
    this.#socket = socket;
    this.#count = count;
    this.#meter = meter;
  }

  /** Ends it, and says why it ended; null: as it should. */
  end(fault: unknown): unknown {
    if (this.#ended) return this.#fault ?? fault;
    this.#ended = true;
    this.#fault = fault;
    this.check();
    this.#socket.destroy();
    this.#meter.end(this.status, this.#fault);
    return this.#fault;
  }

  /** Counts what has crossed. @throws why it ended, or what the meter says now */
  check(): void {
    try {
      this.#count();
    } catch (fault) {
      this.#fault ??= fault;
    }
    if (this.#fault !== null && !this.#ended) throw this.#fault;
  }
}

function answerTo(
  target: Target,
  { method, headers, body, credential }: ExchangeRequest,
  socket: Socket,
  count: () => void,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const bytes = body === null ? null : Buffer.from(body);
    const sent: ClientRequest = httpRequest({
      createConnection: () => socket,
      method,
      path: target.path,
      setHost: false,
      insecureHTTPParser: false,
      maxHeaderSize: longestHead,
      headers: {
        ...headers,
        host: target.authority,
        "accept-encoding": "identity",
        ...(bytes === null ? {} : { "content-length": bytes.length }),
        // The last one: nothing that is said above can take its place.
        ...(target.credentialHeader === null || credential === null ? {} : { [target.credentialHeader]: credential }),
      },
    });
    const counted = (then?: () => void) => () => {
      try {
        count();
        then?.();
      } catch (fault) {
        reject(fault);
        socket.destroy();
      }
    };
    sent.once("response", (answer) => counted(() => resolve(answer))());
    sent.once("finish", counted());
    // Answers before the answer, "100 Continue" and the like: they may go on for ever, but not for free.
    sent.on("information", counted());
    sent.on("error", (error) => reject(error));
    sent.once("close", () => reject(new Error("the connection was closed")));
    sent.end(bytes ?? undefined);
  });
}

function responseOf(
  target: Target,
  answer: IncomingMessage,
  over: Ending,
  explain: (fault: unknown) => unknown,
): Response {
  const status = answer.statusCode ?? 0;
  over.status = status;
  const refuse = (reason: string) =>
    new IndoorsError("perimeter.refused", `The answer of ${target.name} was refused: ${reason}.`, { reason });
  if (status >= 300 && status < 400) {
    throw refuse(`it leads elsewhere (HTTP ${status}), and only what is listed is reached`);
  }
  if (status < 200 || status > 599) throw refuse(`its status is ${status}`);
  const encoding = answer.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw refuse("it is compressed, which was not asked for");
  const headers = new Headers();
  const type = answer.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (passedTypes.includes(type)) headers.set("content-type", type);
  const session = answer.headers["mcp-session-id"];
  if (typeof session === "string" && /^[\u0021-\u007e]{1,1024}$/.test(session)) headers.set("mcp-session-id", session);
  const empty = status === 202 || status === 204 || status === 205 || status >= 400;
  if (empty) over.end(null);
  return new Response(empty ? null : bodyOf(answer, over, explain), { status, headers });
}

function bodyOf(answer: IncomingMessage, over: Ending, explain: (fault: unknown) => unknown) {
  const chunks = answer[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = (await chunks.next()) as IteratorResult<Buffer>;
        over.check();
        if (done !== true) return controller.enqueue(new Uint8Array(value));
        over.end(null);
        controller.close();
      } catch (fault) {
        controller.error(over.end(explain(fault)));
      }
    },
    cancel() {
      over.end(null);
    },
  });
}

/** Tells the meter what has crossed since it was told last: all of it, heads and framing, too. */
function counter(socket: Socket, meter: Meter): () => void {
  let [written, read] = [0, 0];
  return () => {
    const [out, into] = [socket.bytesWritten - written, socket.bytesRead - read];
    [written, read] = [socket.bytesWritten, socket.bytesRead];
    if (out > 0) meter.out(out);
    if (into > 0) meter.in(into);
  };
}

/** A failure in words. Those of Node's parser may quote the answer, so its code stands for them. */
function explained(fault: unknown, target: Target, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason instanceof IndoorsError ? signal.reason : new IndoorsError("cancelled");
  if (fault instanceof IndoorsError) return fault;
  const code = (fault as NodeJS.ErrnoException | null)?.code;
  const why = code ?? messageOf(fault).slice(0, 100);
  return new IndoorsError("perimeter.unreachable", `${target.name} did not answer to the end: ${why}. Try again.`);
}
