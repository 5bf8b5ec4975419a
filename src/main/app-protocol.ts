import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { appOrigin, isOfOrigin } from "./app-origin.ts";
import { contentSecurityPolicy, permissionsPolicy } from "./content-security-policy.ts";
import { mediaType } from "./media-type.ts";

/** What every answer of the app protocol carries. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy(),
  "permissions-policy": permissionsPolicy,
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** A folder of built files that is served as an origin. */
export interface ServedFolder {
  readonly origin: string;
  readonly folder: string;
  /** What `/` is, such as `index.html`. */
  readonly page: string;
}

/** A name as the build makes them. No percent sign: nothing needs decoding, so nothing hides behind it. No dot at the start. */
const fileName = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** The file that an address means, as its path below the folder, or null: not of this origin, or not a plain path. */
export function assetName(address: string, { origin = appOrigin, page = "index.html" } = {}): string | null {
  if (!isOfOrigin(address, origin)) return null;
  const { pathname } = new URL(address);
  if (pathname === "" || pathname === "/") return page;
  const names = pathname.slice(1).split("/");
  return names.every((name) => fileName.test(name)) ? names.join("/") : null;
}

/** Answers one request with a file of the folder. Whatever is not there is 404, whatever is not reading is 405. */
export async function answerWithAsset(
  request: { readonly url: string; readonly method: string },
  served: ServedFolder,
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return plainAnswer(405);
  const name = assetName(request.url, served);
  if (name === null) return plainAnswer(404);
  try {
    const bytes = await readFile(join(served.folder, name));
    const headers = { ...securityHeaders, "content-type": mediaType(name), "content-length": String(bytes.length) };
    return new Response(request.method === "HEAD" ? null : new Uint8Array(bytes), { headers });
  } catch {
    // Not there, or a folder: for the page it is the same.
    return plainAnswer(404);
  }
}

/** An answer that says no more than its number. */
export function plainAnswer(status: 403 | 404 | 405 | 416, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers: { ...securityHeaders, ...headers } });
}
