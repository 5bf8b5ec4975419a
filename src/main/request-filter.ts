const allowedSchemes = new Set(["app:", "blob:", "data:"]);

/**
 * Whether Chromium may make a request. Everything that is not the program's own is refused, whatever made it: a page,
 * Chromium itself, a WebSocket. `devtools` only where there are developer tools.
 */
export function decideRequest(address: string, { devtools }: { readonly devtools: boolean }): boolean {
  try {
    const { protocol } = new URL(address);
    return allowedSchemes.has(protocol) || (devtools && protocol === "devtools:");
  } catch {
    return false;
  }
}

/** A refused request as it stands in the log: scheme and host, no path, which may hold content. */
export function describeRefused(address: string, kind: string): string {
  try {
    const { protocol, host } = new URL(address);
    return `refused ${kind} request to ${protocol}//${host}`;
  } catch {
    return `refused ${kind} request to no address`;
  }
}
