import { useState } from "react";
import type { ServerDetails, ServerToolEffect, ServerToolView } from "../../../src/shared/mcp.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import styles from "./List.module.css";
import { ToolReview } from "./ToolReview.tsx";

type Decision = "approve" | "refuse";

/** The tools of a server, those that wait for a person first. */
export function ToolList({
  server,
  tools,
  onReviewed,
}: {
  readonly server: string;
  readonly tools: readonly ServerToolView[];
  readonly onReviewed: (details: ServerDetails) => void;
}) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const [busy, setBusy] = useState(false);
  const review = (asked: readonly { tool: ServerToolView; decision: Decision; effect: ServerToolEffect }[]) => {
    setBusy(true);
    const reviewed = asked.map(({ tool, decision, effect }) => ({
      ...{ tool: tool.described.name, fingerprint: tool.fingerprint, decision, effect },
    }));
    call("mcp.review", { name: server, tools: reviewed })
      .then(onReviewed, sayError)
      .finally(() => setBusy(false));
  };
  const fresh = tools.filter(({ state }) => state === "new");
  // One that was changed after a yes is looked at by itself.
  const mayApproveAll = fresh.length > 1 && tools.every(({ state }) => state !== "changed");
  const order = { changed: 0, new: 1, approved: 2, refused: 3, gone: 4 } as const;
  return (
    <>
      {mayApproveAll && (
        <div className={styles["bar"]}>
          <Button
            disabled={busy}
            onClick={() => review(fresh.map((tool) => ({ tool, decision: "approve", effect: "run" })))}
          >
            {text("connections.tools.approveAll", { count: fresh.length })}
          </Button>
          <span className={styles["soft"]}>{text("connections.tools.approveAllNote")}</span>
        </div>
      )}
      <ul className={styles["list"]}>
        {tools
          .toSorted((one, other) => order[one.state] - order[other.state])
          .map((tool) => (
            <li key={tool.described.name} className={styles["row"]}>
              <ToolReview
                key={tool.fingerprint + tool.state}
                tool={tool}
                busy={busy}
                onReview={(decision, effect) => review([{ tool, decision, effect }])}
              />
            </li>
          ))}
      </ul>
    </>
  );
}
