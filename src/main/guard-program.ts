import type { App } from "electron";
import { guardContents } from "./guard-contents.ts";
import { type HardenParts, hardenSession, type RefusedRequests } from "./harden-session.ts";

/**
 * Puts every session and every web contents under the rules at its making, whoever makes it. To be called before the
 * first one is there. Returns what Chromium was refused, of all sessions together.
 */
export function guardProgram(app: App, parts: HardenParts): RefusedRequests {
  const all: RefusedRequests[] = [];
  app.on("session-created", (session) => all.push(hardenSession(session, parts)));
  app.on("web-contents-created", (_event, contents) => guardContents(contents, parts));
  app.on("certificate-error", (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
  });
  app.on("select-client-certificate", (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer();
  });
  app.on("login", (event) => event.preventDefault());
  return {
    get count() {
      return all.reduce((sum, { count }) => sum + count, 0);
    },
  };
}
