import { Progress as BaseProgress } from "@base-ui/react/progress";
import styles from "./Progress.module.css";

/** How far something is: `share` from 0 to 1, or null while that is not known. The words stand beside it. */
export function Progress({ label, share }: { readonly label: string; readonly share: number | null }) {
  return (
    <BaseProgress.Root
      className={styles["root"]}
      aria-label={label}
      value={share === null ? null : Math.round(share * 100)}
    >
      <BaseProgress.Track className={styles["track"]}>
        <BaseProgress.Indicator className={styles["indicator"]} />
      </BaseProgress.Track>
    </BaseProgress.Root>
  );
}
