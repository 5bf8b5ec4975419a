import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import type { PolicyCell } from "../../../src/shared/host-contract.ts";
import type { Policy } from "../../../src/shared/policy.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { hrefOf } from "../../app/route.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import styles from "./CellPane.module.css";
import { rulesAbout } from "./policy-folders.ts";
import type { RuleChange } from "./PolicyMatrix.tsx";
import { verdictMeaning } from "./verdict-meaning.ts";

/** One cell explained: what happens, by which rule, what untrusted content changes, and how to say otherwise. */
export function CellPane({
  cell,
  server,
  title,
  policy,
  onSet,
  onClose,
}: {
  readonly cell: PolicyCell;
  /** The server whose tool it is. */
  readonly server: string | null;
  /** What people call the agent. */
  readonly title: string;
  readonly policy: Policy | null;
  /** Left out where nothing can be changed. */
  readonly onSet: ((change: RuleChange) => void) | undefined;
  readonly onClose: () => void;
}) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const { own, shared } = rulesAbout(policy, cell);
  const subject = { tool: cell.tool, grant: cell.folder };
  const whole = /^server:(.+)$/u.exec(cell.tool)?.[1];
  const from = server ?? whole;
  return (
    <aside
      className={styles["pane"]}
      aria-label={text("agents.cell.title")}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header className={styles["header"]}>
        <h3 ref={heading} tabIndex={-1} className={whole === undefined ? styles["title"] : styles["wholeTitle"]}>
          {whole === undefined ? showHidden(cell.tool) : text("agents.matrix.whole", { server: whole })}
        </h3>
        <IconButton label={text("common.close")} icon={<X />} onClick={onClose} />
      </header>
      <p className={styles["folder"]}>
        {from === undefined
          ? text("agents.cell.for", { agent: title, folder: cell.folder ?? text("agents.cell.everywhere") })
          : text("agents.cell.forServer", { agent: title })}
      </p>
      <p>
        <Badge meaning={verdictMeaning[cell.verdict]}>{text(`agents.verdict.${cell.verdict}`)}</Badge>
      </p>
      <p>{text(`agents.means.${cell.verdict}`)}</p>
      {whole !== undefined && <p className={styles["reason"]}>{text("agents.cell.whole")}</p>}
      <p className={styles["reason"]}>
        {cell.rule === null ? (
          text("agents.cell.noRule")
        ) : (
          <a href={hrefOf({ view: "agents", id: cell.agent, at: placeOf(cell, cell.rule + 1) })}>
            {text("agents.cell.rule", { rule: cell.rule + 1 })}
          </a>
        )}{" "}
        {showHidden(cell.reason)}
      </p>
      {cell.verdictWhenTainted !== cell.verdict && (
        <p className={styles["reason"]}>
          {text("agents.cell.tainted", { verdict: text(`agents.verdict.${cell.verdictWhenTainted}`) })}
        </p>
      )}
      {onSet !== undefined && (
        <div className={styles["choices"]} role="group" aria-label={text("agents.cell.change", { agent: title })}>
          <p className={styles["label"]}>{text("agents.cell.change", { agent: title })}</p>
          {(["allow", "ask", "deny"] as const).map((verdict) => (
            <Button
              key={verdict}
              disabled={own !== -1 && policy?.rules[own]?.verdict === verdict}
              onClick={() => onSet({ ...subject, agent: cell.agent, verdict })}
            >
              {text(`agents.set.${verdict}`)}
            </Button>
          ))}
          {own !== -1 && (
            <Button kind="quiet" onClick={() => onSet({ ...subject, agent: cell.agent, verdict: null })}>
              {text("agents.set.none")}
            </Button>
          )}
          {shared !== -1 && (
            <Button kind="quiet" onClick={() => onSet({ ...subject, agent: null, verdict: null })}>
              {text("agents.set.noneShared", { rule: shared + 1 })}
            </Button>
          )}
        </div>
      )}
      {from !== undefined && (
        <p>
          <a href={hrefOf({ view: "connections", id: from })}>{text("agents.cell.server", { server: from })}</a>
        </p>
      )}
      <p className={styles["note"]}>{text("agents.cell.recorded")}</p>
    </aside>
  );
}

function placeOf({ tool, folder }: PolicyCell, rule: number): Record<string, string> {
  return { tool, ...(folder === null ? {} : { folder }), rule: String(rule) };
}
