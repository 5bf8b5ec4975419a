import type { ServerView } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { hrefOf } from "../../app/route.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import styles from "./List.module.css";
import { serverMeaning } from "./state-meaning.ts";

/** The servers that there are, with what waits for a person. */
export function ServerList({ servers }: { readonly servers: readonly ServerView[] }) {
  const text = useText();
  if (servers.length === 0) {
    return <EmptyState title={text("connections.servers.none")}>{text("connections.servers.noneLead")}</EmptyState>;
  }
  return (
    <ul className={styles["list"]}>
      {servers.map((server) => (
        <li key={server.name} className={styles["row"]}>
          <div className={styles["top"]}>
            <h3 className={styles["name"]}>
              <a href={hrefOf({ view: "connections", id: server.name })}>{server.name}</a>
            </h3>
            <Badge meaning={serverMeaning(server)}>
              {text(server.enabled ? `connections.state.${server.state}` : "connections.state.off")}
            </Badge>
            {server.toolsToReview > 0 && (
              <Badge meaning="attention">{text("connections.toReview", { count: server.toolsToReview })}</Badge>
            )}
          </div>
          <p>{showHidden(server.title)}</p>
          <p className={styles["soft"]}>
            {text(`connections.kind.${server.kind}`)} · {showHidden(server.place)} ·{" "}
            {text("connections.approved", { count: server.toolsApproved })}
          </p>
          {server.fault !== null && (
            <p className={styles["bad"]} lang="en">
              {server.fault}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
