import { Box, Cable, Network, Server } from "lucide-react";
import { useText } from "../../text/text.tsx";
import styles from "./ServerBadge.module.css";
import { useServer } from "./servers.tsx";

const pictures = { bundle: Box, perimeter: Network, connector: Cable } as const;

/** Whose tool it is, and where that is. */
export function ServerBadge({ server }: { readonly server: string }) {
  const text = useText();
  const kind = useServer(server)?.kind;
  const Picture = kind === undefined ? Server : pictures[kind];
  return (
    <span className={styles["badge"]}>
      <Picture className={styles["icon"]} aria-hidden="true" />
      {kind === undefined ? text("chat.server", { server }) : text(`chat.server.${kind}`, { server })}
    </span>
  );
}
