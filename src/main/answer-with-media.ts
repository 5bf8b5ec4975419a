import { constants, createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { isOfOrigin } from "./app-origin.ts";
import { plainAnswer, securityHeaders } from "./app-protocol.ts";
import { byteRange } from "./byte-range.ts";
import { mediaType } from "./media-type.ts";

const form = /^\/media\/([A-Za-z0-9_-]{1,64})$/;

/** The id of the recording that an address means: `app://indoors/media/<id>`; null when it means none. */
export function mediaId(address: string): string | null {
  return isOfOrigin(address) ? (form.exec(new URL(address).pathname)?.[1] ?? null) : null;
}

/**
 * Streams a recording to the player, as much of it as asked for (Range), so that a seek in an hour reads only what is
 * played. `pathOf` asks the host, which alone knows where recordings lie; when it knows of none the answer is 404.
 */
export async function answerWithMedia(
  request: Pick<Request, "method" | "headers" | "signal">,
  id: string,
  pathOf: (id: string) => Promise<string>,
): Promise<Response> {
  if (request.method !== "GET") return plainAnswer(405);
  const opened = await openMedia(id, pathOf).catch(() => null);
  // What the host knows nothing of, what is gone, what is a folder: for the player it is the same.
  if (opened === null) return plainAnswer(404);
  const { file, path, size } = opened;
  const range = byteRange(request.headers.get("range"), size);
  const { start, end } = typeof range === "string" ? { start: 0, end: size - 1 } : range;
  if (range === "none" || size === 0) {
    await file.close();
    if (range === "none") return plainAnswer(416, { "content-range": `bytes */${size}` });
  }
  const headers = {
    ...securityHeaders,
    "content-type": mediaType(path),
    "content-length": String(end - start + 1),
    "accept-ranges": "bytes",
    ...(range !== "whole" && { "content-range": `bytes ${start}-${end}/${size}` }),
  };
  const status = range === "whole" ? 200 : 206;
  if (size === 0) return new Response(null, { status, headers });
  // The stream closes the file, also when the player goes away.
  const bytes = createReadStream("", { fd: file, start, end, highWaterMark: 256 * 1024, signal: request.signal });
  bytes.on("error", () => {});
  return new Response(Readable.toWeb(bytes) as ReadableStream<Uint8Array>, { status, headers });
}

async function openMedia(id: string, pathOf: (id: string) => Promise<string>) {
  const path = await pathOf(id);
  // A pipe in its place must not keep this waiting.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stats = await file.stat();
  if (stats.isFile()) return { file, path, size: stats.size };
  await file.close();
  return null;
}
