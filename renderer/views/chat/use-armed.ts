import { useEffect, useState } from "react";

/** So long after a question appears a yes is not taken: a click or a key that was meant for something else. */
const armAfterMs = 600;

/** True some time after it appeared, or after the window came back to the front. */
export function useArmed(): boolean {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      setArmed(false);
      clearTimeout(timer);
      timer = setTimeout(() => setArmed(true), armAfterMs);
    };
    arm();
    window.addEventListener("focus", arm);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", arm);
    };
  }, []);
  return armed;
}
