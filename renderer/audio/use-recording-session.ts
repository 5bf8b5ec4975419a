import { useSyncExternalStore } from "react";
import { useConnection } from "../bridge/use-host.ts";
import { type RecordingSession, recordingSession, type SessionState } from "./recording-session.ts";

/** The recording under way, and what can be done with it. */
export function useRecordingSession(): { readonly state: SessionState; readonly session: RecordingSession } {
  const session = recordingSession(useConnection());
  return { session, state: useSyncExternalStore(session.subscribe, session.state) };
}
