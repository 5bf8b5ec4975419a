import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { ServerView } from "../../../src/shared/mcp.ts";
import { useShell } from "../../app/use-shell.tsx";
import { useHost, useHostEvent } from "../../bridge/use-host.ts";

const ServersContext = createContext<ReadonlyMap<string, ServerView>>(new Map());

/** Asks once for the servers, for everything below. A kiosk does not tell strangers what there is: there are none then. */
export function ServersProvider({ children }: { readonly children: ReactNode }) {
  const { kiosk } = useShell();
  const { data, reload } = useHost("mcp.list", kiosk === null ? {} : null);
  useHostEvent("list.changed", ({ what }) => {
    if (what === "servers" || what === "perimeter") reload();
  });
  const byName = useMemo(() => new Map(data?.servers.map((server) => [server.name, server])), [data]);
  return <ServersContext value={byName}>{children}</ServersContext>;
}

/** What is known of a server; undefined when it is gone, or nobody here may know. */
export function useServer(name: string | undefined): ServerView | undefined {
  const servers = useContext(ServersContext);
  return name === undefined ? undefined : servers.get(name);
}

/** All of them. */
export function useServers(): readonly ServerView[] {
  const servers = useContext(ServersContext);
  return useMemo(() => [...servers.values()], [servers]);
}
