import { useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, type ReactNode, useImperativeHandle, useRef } from "react";
import styles from "./VirtualList.module.css";

export interface VirtualListHandle {
  /** Brings a row into view: in the middle where possible, or with `auto` no further than needed. */
  reveal(index: number, align?: "center" | "auto"): void;
}

/**
 * A long list of which only the rows in view are there. Rows may differ in height: `estimate` is a first guess in pixels.
 * Assistive technology is told the whole count.
 */
export function VirtualList<T>({
  label,
  items,
  keyOf,
  row,
  estimate,
  handle,
  role = "list",
}: {
  readonly label: string;
  readonly items: readonly T[];
  readonly keyOf: (item: T, index: number) => string | number;
  readonly row: (item: T, index: number) => ReactNode;
  readonly estimate: number;
  readonly handle?: Ref<VirtualListHandle>;
  readonly role?: "list" | "presentation";
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item, index);
    },
    overscan: 12,
  });
  useImperativeHandle(handle, () => ({
    reveal: (index, align = "center") => virtual.scrollToIndex(index, { align }),
  }));
  return (
    <div ref={scroller} className={styles["scroller"]} tabIndex={0} aria-label={label} role="group">
      <div role={role} aria-label={label} className={styles["rows"]} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              {...(role === "list"
                ? { role: "listitem", "aria-setsize": items.length, "aria-posinset": index + 1 }
                : {})}
              className={styles["row"]}
              style={{ transform: `translateY(${start}px)` }}
            >
              {row(item, index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
