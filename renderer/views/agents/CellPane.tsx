import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import type { PolicyCell } from "../../../src/shared/host-contract.ts";
import type { Policy } from "../../../src/shared/policy.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import styles from "./CellPane.module.css";
import { ruleAbout } from "./policy-folders.ts";
import { type RuleChange, verdictMeaning } from "./PolicyMatrix.tsx";

/** One cell explained: what happens, by which rule, what untrusted content changes, and how to say otherwise. */
export function CellPane({
  cell,
  policy,
  onSet,
  onClose,
}: {
  readonly cell: PolicyCell;
  readonly policy: Policy | null;
  readonly onSet: (change: RuleChange) => void;
  readonly onClose: () => void;
}) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const own = ruleAbout(policy, cell);
  const agent = policy?.rules[own]?.agent ?? null;
  const subject = { agent: own === -1 ? null : agent, tool: cell.tool, grant: cell.folder };
  return (
    <aside
      className={styles["pane"]}
      aria-label={text("agents.cell.title")}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header className={styles["header"]}>
        <h3 ref={heading} tabIndex={-1} className={styles["title"]}>
          {cell.tool}
        </h3>
        <IconButton label={text("common.close")} icon={<X />} onClick={onClose} />
      </header>
      <p className={styles["folder"]}>{cell.folder ?? text("agents.cell.everywhere")}</p>
      <p>
        <Badge meaning={verdictMeaning[cell.verdict]}>{text(`agents.verdict.${cell.verdict}`)}</Badge>
      </p>
      <p>{text(`agents.means.${cell.verdict}`)}</p>
      <p className={styles["reason"]}>
        {cell.rule === null ? text("agents.cell.noRule") : text("agents.cell.rule", { rule: cell.rule + 1 })}{" "}
        {cell.reason}
      </p>
      {cell.verdictWhenTainted !== cell.verdict && (
        <p className={styles["reason"]}>
          {text("agents.cell.tainted", { verdict: text(`agents.verdict.${cell.verdictWhenTainted}`) })}
        </p>
      )}
      <div className={styles["choices"]} role="group" aria-label={text("agents.cell.change")}>
        {(["allow", "ask", "deny"] as const).map((verdict) => (
          <Button
            key={verdict}
            disabled={own !== -1 && policy?.rules[own]?.verdict === verdict}
            onClick={() => onSet({ ...subject, verdict })}
          >
            {text(`agents.set.${verdict}`)}
          </Button>
        ))}
        {own !== -1 && (
          <Button kind="quiet" onClick={() => onSet({ ...subject, verdict: null })}>
            {text("agents.set.none")}
          </Button>
        )}
      </div>
      <p className={styles["note"]}>{text("agents.cell.recorded")}</p>
    </aside>
  );
}
