import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { type ReactNode, useCallback } from "react";
import { IndoorsError } from "../../src/shared/errors.ts";
import { useText } from "../text/text.tsx";
import { type Meaning, MeaningIcon } from "../ui/Badge.tsx";
import { IconButton } from "../ui/IconButton.tsx";
import styles from "./toasts.module.css";

export function ToastsProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider timeout={8000} limit={4}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles["viewport"]}>
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Toasts() {
  const text = useText();
  const { toasts, close } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={styles["toast"]}
      swipeDirection={[]}
      aria-label={String(toast.description)}
    >
      <MeaningIcon meaning={(toast.type ?? "neutral") as Meaning} />
      <Toast.Description className={styles["words"]} />
      {toast.actionProps !== undefined && <Toast.Action className={styles["action"]} />}
      <IconButton label={text("common.close")} icon={<X />} onClick={() => close(toast.id)} />
    </Toast.Root>
  ));
}

/** Says a sentence for a while. `undo`: a way back that is offered beside it. */
export function useSay() {
  const { add } = Toast.useToastManager();
  return useCallback(
    (sentence: string, meaning: Meaning = "neutral", undo?: { readonly label: string; readonly onClick: () => void }) =>
      void add({
        description: sentence,
        type: meaning,
        priority: meaning === "refused" ? "high" : "low",
        ...(undo === undefined ? {} : { actionProps: { children: undo.label, onClick: undo.onClick } }),
      }),
    [add],
  );
}

/** Says what failed, in the words of the person's language first. Nothing for what the person cancelled. */
export function useSayError() {
  const say = useSay();
  const text = useText();
  return useCallback(
    (error: unknown) => {
      const known = error instanceof IndoorsError ? error : new IndoorsError("internal");
      if (known.code === "cancelled") return;
      const own = text.maybe(`error.${known.code}`);
      say(own === undefined || text.language === "en" ? known.message : `${own} ${known.message}`, "refused");
    },
    [say, text],
  );
}
