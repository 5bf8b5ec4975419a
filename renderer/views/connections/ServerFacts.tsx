import type { ServerView } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useText } from "../../text/text.tsx";
import { Facts } from "../../ui/Facts.tsx";
import styles from "./List.module.css";

/** What is known of a server: who made it, what exactly was installed, and when. */
export function ServerFacts({ server }: { readonly server: ServerView }) {
  const text = useText();
  const { bundle } = server;
  const added = { name: text("connections.fact.added"), value: text.date(server.addedAt) };
  if (bundle === null) return <Facts facts={[added]} />;
  return (
    <Facts
      facts={[
        { name: text("connections.fact.version"), value: showHidden(bundle.version) },
        { name: text("connections.fact.author"), value: showHidden(bundle.author) },
        { name: text("connections.fact.licence"), value: showHidden(bundle.licence ?? text("connections.unknown")) },
        { name: text("connections.fact.publisher"), value: text(`connections.publisher.${bundle.publisher.state}`) },
        { name: text("connections.fact.runs"), value: text(`connections.runtime.${bundle.runtime}`) },
        { name: "SHA-256", value: <span className={styles["mono"]}>{bundle.sha256}</span> },
        added,
      ]}
    />
  );
}
