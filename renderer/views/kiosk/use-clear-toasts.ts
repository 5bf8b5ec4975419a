import { Toast } from "@base-ui/react/toast";
import { useCallback, useEffect, useRef } from "react";

/** Takes every sentence away that is being said. */
export function useClearToasts(): () => void {
  const manager = Toast.useToastManager();
  const latest = useRef(manager);
  useEffect(() => {
    latest.current = manager;
  });
  return useCallback(() => {
    for (const { id } of latest.current.toasts) latest.current.close(id);
  }, []);
}
