import { useEffect, useRef } from "react";
import type { PolicyRule } from "../../../src/shared/policy.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { ruleWords } from "./rule-words.ts";
import styles from "./RuleList.module.css";
import { verdictMeaning } from "./verdict-meaning.ts";

/** The rules in their order: the first that matches decides. */
export function RuleList({
  rules,
  shown,
  titleOf,
}: {
  readonly rules: readonly PolicyRule[];
  /** The one that a link leads to, counted from 1. */
  readonly shown: number | null;
  readonly titleOf: (agent: string) => string;
}) {
  const text = useText();
  const marked = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (shown === null) return;
    marked.current?.scrollIntoView({ block: "center" });
    marked.current?.focus();
  }, [shown]);
  return (
    <ol className={styles["list"]}>
      {rules.map((rule, index) => (
        <li
          key={`${rule.agent} ${rule.tool} ${rule.grant} ${rule.verdict}`}
          className={styles["rule"]}
          {...(shown === index + 1 ? { ref: marked, tabIndex: -1, "aria-current": true } : {})}
        >
          <span className={styles["number"]}>{index + 1}</span>
          <span className={styles["verdict"]}>
            <Badge meaning={verdictMeaning[rule.verdict]}>{text(`agents.verdict.${rule.verdict}`)}</Badge>
          </span>
          <span className={styles["about"]}>
            {ruleWords(text, rule, titleOf)}
            {rule.note !== undefined && <span className={styles["note"]}> {showHidden(rule.note)}</span>}
          </span>
        </li>
      ))}
      <li className={styles["rule"]}>
        <span className={styles["number"]}>–</span>
        <span className={styles["verdict"]}>
          <Badge meaning="refused">{text("agents.verdict.deny")}</Badge>
        </span>
        <span className={styles["about"]}>{text("agents.rules.rest")}</span>
      </li>
    </ol>
  );
}
