import styles from "./Keys.module.css";

/** A shortcut as keys: "Ctrl+K". */
export function Keys({ of }: { readonly of: string }) {
  return (
    <span className={styles["keys"]}>
      {of.split("+").map((key) => (
        <kbd key={key} className={styles["key"]}>
          {key}
        </kbd>
      ))}
    </span>
  );
}
