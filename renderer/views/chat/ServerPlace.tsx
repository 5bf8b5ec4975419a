import type { ServerKind } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useText } from "../../text/text.tsx";
import { useServer } from "./servers.tsx";

/** Where a server is, and what leaves to it. */
export function ServerPlace({
  server,
  what,
  kind,
}: {
  readonly server: string;
  /** What would go there. */
  readonly what: "arguments" | "answer" | "form";
  /** When it is known already. */
  readonly kind?: ServerKind;
}) {
  const text = useText();
  const known = useServer(server);
  const place = known === undefined ? "" : showHidden(known.place);
  const where = known?.kind ?? kind;
  return (
    <p>
      {text(`chat.goesTo.${what}`, { server, kind: where ?? "unknown", place, known: place === "" ? "no" : "yes" })}
    </p>
  );
}
