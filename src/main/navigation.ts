import { appScheme } from "./app-origin.ts";

/**
 * Whether a page may go to an address: only to itself, which is a reload. Links, forms, drops, scripts and redirects lead
 * nowhere else.
 */
export function mayNavigate(current: string, next: string, isMainFrame: boolean): boolean {
  const [from, to] = [page(current), page(next)];
  return isMainFrame && from !== null && from === to;
}

/** Address without what follows the path; null when it is not the program's own. */
function page(address: string): string | null {
  try {
    const { protocol, host, pathname, username, password } = new URL(address);
    return protocol === `${appScheme}:` && username === "" && password === "" ? `${host}${pathname}` : null;
  } catch {
    return null;
  }
}
