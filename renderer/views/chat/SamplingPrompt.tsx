import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useText } from "../../text/text.tsx";
import { visibleLines } from "./argument-lines.ts";
import { ArgumentList } from "./ArgumentList.tsx";
import { Lines } from "./Lines.tsx";
import { promptParts } from "./prompt-parts.ts";
import styles from "./SamplingPrompt.module.css";

/** All that a server would have the model read, word for word. */
export function SamplingPrompt({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  const text = useText();
  const parts = promptParts(of);
  // Not of the form that is known: then everything as it is.
  if (parts === null) return <ArgumentList of={of} />;
  return (
    <ol className={styles["list"]}>
      {parts.messages.map(({ role, text: words }, at) => (
        // Two messages may be the same; their order never changes.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={at}>
          <p className={styles["role"]}>{text.maybe(`chat.sampling.${role}`) ?? showHidden(role)}</p>
          <Lines lines={visibleLines(words)} />
        </li>
      ))}
      <li className={styles["role"]}>{text("chat.sampling.length", { count: parts.maxTokens })}</li>
    </ol>
  );
}
