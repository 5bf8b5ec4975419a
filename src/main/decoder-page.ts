import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The page that decodes: an origin of its own, so that it is nobody's friend. */
export const decoderOrigin = "app://decoder";
export const decoderUrl = `${decoderOrigin}/decoder.html`;

/** It runs its own scripts. It loads nothing, connects to nothing, shows nothing. */
export const decoderPolicy = [
  ...["default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
].join("; ");

/** The file of the built renderer that answers an address, or null: the page and its scripts, nothing else. */
export function decoderFileOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, host, username, password, pathname, search } = new URL(address);
  if (`${protocol}//${host}` !== decoderOrigin || username !== "" || password !== "" || search !== "") return null;
  return pathname === "/decoder.html" || /^\/assets\/[\w-][\w.-]*\.js$/.test(pathname) ? pathname.slice(1) : null;
}

/** Answers the page's requests from the folder of the built renderer. */
export async function answerDecoder(request: Request, rendererFolder: string): Promise<Response> {
  const file = request.method === "GET" ? decoderFileOf(request.url) : null;
  if (file === null) return new Response(null, { status: 404 });
  let body;
  try {
    body = await readFile(join(rendererFolder, file));
  } catch {
    return new Response(null, { status: 404 });
  }
  return new Response(new Uint8Array(body), {
    headers: {
      "content-type": file.endsWith(".html") ? "text/html; charset=utf-8" : "text/javascript; charset=utf-8",
      "content-security-policy": decoderPolicy,
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
    },
  });
}
