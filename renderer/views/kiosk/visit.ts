import { createContext, useContext } from "react";

/** The time of one person at a kiosk. */
export interface Visit {
  readonly id: string;
  /** ISO time. What was made before it is not this person's. */
  readonly since: string;
}

export const VisitContext = createContext<Visit | null>(null);

/** The visit under way; null where this is no kiosk. */
export function useVisit(): Visit | null {
  return useContext(VisitContext);
}
