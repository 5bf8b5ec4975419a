import type { PolicyRule } from "../../../src/shared/policy.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { verdictMeaning } from "./PolicyMatrix.tsx";
import styles from "./RuleList.module.css";

/** The rules in their order: the first that matches decides. */
export function RuleList({ rules }: { readonly rules: readonly PolicyRule[] }) {
  const text = useText();
  return (
    <ol className={styles["list"]}>
      {rules.map((rule, index) => (
        <li key={`${rule.agent} ${rule.tool} ${rule.grant} ${rule.verdict}`} className={styles["rule"]}>
          <span className={styles["number"]}>{index + 1}</span>
          <span className={styles["verdict"]}>
            <Badge meaning={verdictMeaning[rule.verdict]}>{text(`agents.verdict.${rule.verdict}`)}</Badge>
          </span>
          <span className={styles["about"]}>
            {text("agents.rules.line", {
              agent: rule.agent ?? text("agents.rules.anyAgent"),
              tool:
                text.maybe(`agents.effect.${rule.tool?.replace("effect:", "")}`) ??
                rule.tool ??
                text("agents.rules.anyTool"),
              folder: rule.grant ?? text("agents.matrix.everywhere"),
            })}
            {rule.note !== undefined && <span className={styles["note"]}> {rule.note}</span>}
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
