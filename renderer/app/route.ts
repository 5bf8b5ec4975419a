import { useSyncExternalStore } from "react";
import { type ViewName, viewName } from "../../src/shared/kiosk.ts";

/** Where the person is: a view, a thing in it, and a place in that thing. It is the address, so a reload changes nothing. */
export interface Route {
  readonly view: ViewName;
  /** A conversation, a transcript, a row: its id. */
  readonly id: string | null;
  /** Further places by name, such as `at` (milliseconds in a recording) or `tab`. */
  readonly at: Readonly<Record<string, string>>;
}

/** Reads `#/recordings/ID?at=1200`. What it does not know is home. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, id] = path.split("/").map(decodeURIComponent);
  const known = viewName.safeParse(view);
  return {
    view: known.success ? known.data : "home",
    id: id === undefined || id === "" ? null : id,
    at: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The address of a route, for links: `href={hrefOf({view: "audit"})}`. */
export function hrefOf({ view, id = null, at = {} }: Partial<Route> & Pick<Route, "view">): string {
  const query = new URLSearchParams(at).toString();
  return `#/${view}${id === null ? "" : `/${encodeURIComponent(id)}`}${query === "" ? "" : `?${query}`}`;
}

/** Goes there. */
export function navigate(route: Partial<Route> & Pick<Route, "view">): void {
  window.location.hash = hrefOf(route);
}

let last: { readonly hash: string; readonly route: Route } | undefined;

function current(): Route {
  const { hash } = window.location;
  if (last?.hash !== hash) last = { hash, route: parseRoute(hash) };
  return last.route;
}

/** Where the person is now. */
export function useRoute(): Route {
  return useSyncExternalStore((changed) => {
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, current);
}
