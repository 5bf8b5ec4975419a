import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { VirtualListHandle } from "../../ui/VirtualList.tsx";

/** A page of rows, for the page keys. */
const pageRows = 10;

export interface Roving {
  /** The row that has, or would get, the focus. */
  readonly current: number;
  /** Makes a row the current one; with `focus` it gets the focus as soon as it is there. */
  readonly go: (index: number, focus: boolean) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * Arrow keys in a long list: the row's element that has `data-row` with its index is focused; give it tabIndex 0 when it
 * is the current one, else -1.
 */
export function useRoving(
  count: number,
  list: RefObject<HTMLElement | null>,
  handle: RefObject<VirtualListHandle | null>,
): Roving {
  const [wanted, setWanted] = useState(0);
  const current = Math.min(wanted, Math.max(0, count - 1));
  const frame = useRef(0);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  const go = useCallback(
    (index: number, focus: boolean) => {
      const to = Math.max(0, Math.min(count - 1, index));
      setWanted(to);
      if (!focus) return;
      handle.current?.reveal(to, "auto");
      // A row that was out of view is there some frames later.
      let tries = 20;
      const reach = () => {
        const row = list.current?.querySelector<HTMLElement>(`[data-row="${to}"]`);
        if (row !== null && row !== undefined) row.focus({ preventScroll: true });
        else if (tries-- > 0) frame.current = requestAnimationFrame(reach);
      };
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(reach);
    },
    [count, list, handle],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || isField(event.target)) return;
    const to = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + pageRows,
      PageUp: current - pageRows,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (to === undefined || count === 0) return;
    event.preventDefault();
    const inside = event.target instanceof HTMLElement && event.target.closest("[data-row]") !== null;
    // The first arrow from outside reaches the current row itself.
    go(inside || event.key === "Home" || event.key === "End" ? to : current, true);
  };
  return { current, go, onKeyDown };
}

function isField(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea");
}
