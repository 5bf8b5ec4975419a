import type { ViewName } from "../../../src/shared/kiosk.ts";
import { useShell } from "../../app/use-shell.tsx";

/** Whether a link to this view leads there: a kiosk has only the views that were chosen for it. */
export function useReachable(view: ViewName): boolean {
  const { kiosk } = useShell();
  return kiosk === null || kiosk.views.includes(view);
}
