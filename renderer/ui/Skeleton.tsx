import { useEffect, useState } from "react";
import { useText } from "../text/text.tsx";
import styles from "./States.module.css";

/** The place of something that is coming. After two seconds it says what it waits for. */
export function Skeleton({ rows = 3, waitsFor }: { readonly rows?: number; readonly waitsFor?: string }) {
  const text = useText();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 2000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles["skeleton"]} aria-busy="true">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles["bone"]} style={{ width: `${90 - ((row * 17) % 45)}%` }} />
      ))}
      <p className={styles["waits"]} role="status">
        {late ? (waitsFor ?? text("common.loading")) : ""}
      </p>
    </div>
  );
}
