import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Details.module.css";

/** More about a thing, for whoever asks. */
export function Details({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Collapsible.Root className={styles["root"]}>
      <Collapsible.Trigger className={styles["trigger"]}>
        <ChevronRight className={styles["arrow"]} aria-hidden="true" />
        {label}
      </Collapsible.Trigger>
      <Collapsible.Panel className={styles["panel"]}>{children}</Collapsible.Panel>
    </Collapsible.Root>
  );
}
