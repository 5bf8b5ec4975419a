import { CircleCheck, CircleMinus, CircleX, TriangleAlert } from "lucide-react";
import styles from "./Badge.module.css";

/** The three meanings, and none. Each has a colour, a shape and, beside it, a word. */
export type Meaning = "good" | "attention" | "refused" | "neutral";

const shapes = { good: CircleCheck, attention: TriangleAlert, refused: CircleX, neutral: CircleMinus } as const;

/** The sign of a meaning alone; the word must stand beside it. */
export function MeaningIcon({ meaning }: { readonly meaning: Meaning }) {
  const Shape = shapes[meaning];
  return <Shape className={`${styles["shape"]} ${styles[`${meaning}Ink`]}`} aria-hidden="true" />;
}

/** A state in a word. */
export function Badge({ meaning, children }: { readonly meaning: Meaning; readonly children: string }) {
  return (
    <span className={`${styles["badge"]} ${styles[meaning]}`}>
      <MeaningIcon meaning={meaning} />
      {children}
    </span>
  );
}
