import { useState } from "react";
import type { DescribedTool, ServerToolEffect, ServerToolView } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Details } from "../../ui/Details.tsx";
import { Select } from "../../ui/Select.tsx";
import styles from "./List.module.css";
import { reviewMeaning } from "./state-meaning.ts";

/** A tool in its server's words, and what a person says of it. Whatever the words say, they decide nothing. */
export function ToolReview({
  tool,
  busy,
  onReview,
}: {
  readonly tool: ServerToolView;
  readonly busy: boolean;
  readonly onReview: (decision: "approve" | "refuse", effect: ServerToolEffect) => void;
}) {
  const text = useText();
  const { described, approved, state } = tool;
  const [effect, setEffect] = useState<ServerToolEffect>(tool.effect);
  const name = showHidden(described.name);
  const effects = (["run", "read"] as const).map((value) => ({ value, label: text(`connections.effect.${value}`) }));
  const changesEffect = state === "approved" && effect !== tool.effect;
  return (
    <>
      <div className={styles["top"]}>
        <h3 className={styles["name"]}>{name}</h3>
        <Badge meaning={reviewMeaning[state]}>{text(`connections.review.${state}`)}</Badge>
        <span className={styles["space"]} />
        {state !== "gone" && (
          <Select
            label={text("connections.effect.label", { tool: name })}
            value={effect}
            options={effects}
            onChange={setEffect}
            disabled={busy}
          />
        )}
      </div>
      {state === "changed" && <Banner meaning="attention">{text("connections.tools.changed")}</Banner>}
      {state === "changed" && approved !== null ? (
        <div className={styles["columns"]}>
          <Described label={text("connections.tools.before")} tool={approved} />
          <Described label={text("connections.tools.now")} tool={described} />
        </div>
      ) : (
        <>
          <p>{lines(described.description)}</p>
          <Details label={text("connections.tools.details")}>
            <Described label={text("connections.tools.words")} tool={described} />
          </Details>
        </>
      )}
      <p className={styles["soft"]}>
        {tool.toolName}
        {described.readOnlyHint !== null &&
          ` · ${text(described.readOnlyHint ? "connections.hint.reads" : "connections.hint.acts")}`}
        {tool.reviewedBy !== null &&
          tool.reviewedAt !== null &&
          ` · ${text("connections.reviewedBy", { by: tool.reviewedBy, at: text.date(tool.reviewedAt) })}`}
      </p>
      {state !== "gone" && (
        <div className={styles["buttons"]}>
          {(state !== "approved" || changesEffect) && (
            <Button
              disabled={busy}
              aria-label={text(changesEffect ? "connections.saveTool" : "connections.approveTool", { tool: name })}
              onClick={() => onReview("approve", effect)}
            >
              {text(changesEffect ? "common.save" : "connections.approve")}
            </Button>
          )}
          {state !== "refused" && (
            <Button
              kind="quiet"
              disabled={busy}
              aria-label={text("connections.refuseTool", { tool: name })}
              onClick={() => onReview("refuse", effect)}
            >
              {text("connections.refuse")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** Everything that the model would be told, word for word. */
function Described({ label, tool }: { readonly label: string; readonly tool: DescribedTool }) {
  const text = useText();
  return (
    <div className={styles["steps"]}>
      <span className={styles["label"]}>{label}</span>
      {/* Long words of others scroll by themselves, also by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles["written"]} tabIndex={0} role="group" aria-label={label}>
        {tool.title !== null && <p>{showHidden(tool.title)}</p>}
        <p>{lines(tool.description)}</p>
        <p className={styles["label"]}>{text("connections.tools.arguments")}</p>
        <pre className={styles["mono"]}>{lines(JSON.stringify(tool.inputSchema, null, 2))}</pre>
      </div>
    </div>
  );
}

/** The text with what is hidden shown; only line breaks stay what they are. */
function lines(words: string): string {
  return words.split("\n").map(showHidden).join("\n");
}
