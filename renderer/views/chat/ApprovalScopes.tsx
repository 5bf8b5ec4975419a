import { Radio } from "@base-ui/react/radio";
import { RadioGroup } from "@base-ui/react/radio-group";
import { useId } from "react";
import type { ApprovalRequest, ApprovalScope } from "../../../src/shared/approval.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useText } from "../../text/text.tsx";
import styles from "./ApprovalScopes.module.css";

/** How far a yes goes, and in words what that does. */
export function ApprovalScopes({
  request,
  scopes,
  value,
  onChange,
}: {
  readonly request: ApprovalRequest;
  readonly scopes: readonly ApprovalScope[];
  readonly value: ApprovalScope;
  readonly onChange: (scope: ApprovalScope) => void;
}) {
  const text = useText();
  const id = useId();
  const words = {
    agent: showHidden(request.agent),
    tool: showHidden(request.call.tool),
    folders: request.grants.map(({ path }) => showHidden(path)).join(", "),
  };
  return (
    <div className={styles["scopes"]}>
      <span className={styles["label"]} id={id}>
        {text("approval.scope")}
      </span>
      <RadioGroup
        className={styles["group"]}
        aria-labelledby={id}
        value={value}
        onValueChange={(next) => onChange(next as ApprovalScope)}
      >
        {scopes.map((scope) => (
          <label key={scope} className={styles["option"]}>
            <Radio.Root className={styles["radio"]} value={scope}>
              <Radio.Indicator className={styles["dot"]} />
            </Radio.Root>
            {text(`approval.scope.${scope}`)}
          </label>
        ))}
      </RadioGroup>
      <p className={styles["words"]} role="status">
        {value === "call"
          ? text("approval.scopeWords.call")
          : value === "run"
            ? text("approval.scopeWords.run", words)
            : text(
                request.grants.length === 0 ? "approval.scopeWords.alwaysPlain" : "approval.scopeWords.always",
                words,
              )}
      </p>
    </div>
  );
}
