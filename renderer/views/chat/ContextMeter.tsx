import type { RunView } from "../../../src/shared/host-contract.ts";
import { useText } from "../../text/text.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { contextUse, nearlyFull } from "./context-use.ts";

/** How much of what the model can hold in view this conversation uses, as the model counted last. */
export function ContextMeter({ runs }: { readonly runs: readonly RunView[] }) {
  const text = useText();
  const use = contextUse(runs);
  if (use === null) return null;
  return (
    <Meter
      label={text("chat.context.label")}
      words={text("chat.context.words", { used: text.number(use.used), of: text.number(use.of) })}
      share={use.share}
      meaning={use.share >= nearlyFull ? "attention" : "neutral"}
    />
  );
}
