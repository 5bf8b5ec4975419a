import { useCallback } from "react";
import { useSay } from "../../app/toasts.tsx";
import { useText } from "../../text/text.tsx";

/** Puts text into the clipboard and says so, or says that the system refused. */
export function useCopy() {
  const say = useSay();
  const text = useText();
  return useCallback(
    (words: string) =>
      void navigator.clipboard.writeText(words).then(
        () => say(text("chat.run.copied"), "good"),
        () => say(text("chat.run.copyFailed"), "attention"),
      ),
    [say, text],
  );
}
