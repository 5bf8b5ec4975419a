import { useEffect, useState } from "react";
import {
  listMicrophones,
  type Microphone,
  MicrophoneError,
  type MicrophoneTrouble,
  openMicrophone,
} from "./microphone.ts";

export type MicrophoneState =
  | { readonly state: "off" }
  | { readonly state: "opening" }
  | { readonly state: "open"; readonly microphone: Microphone }
  | { readonly state: "failed"; readonly trouble: MicrophoneTrouble | "gone"; readonly detail: string };

/** Opens a microphone while `on` is true and the component is there. Another `label` opens that one instead. */
export function useMicrophone(label: string | null, on: boolean): MicrophoneState {
  const [state, setState] = useState<MicrophoneState>({ state: "off" });
  useEffect(() => {
    if (!on) {
      setState({ state: "off" });
      return;
    }
    const controller = new AbortController();
    let opened: Microphone | undefined;
    setState({ state: "opening" });
    openMicrophone(label, controller.signal).then(
      (microphone) => {
        if (controller.signal.aborted) return void microphone.stop();
        opened = microphone;
        microphone.onGone(() => setState({ state: "failed", trouble: "gone", detail: "" }));
        setState({ state: "open", microphone });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const trouble = error instanceof MicrophoneError ? error.trouble : "busy";
        setState({ state: "failed", trouble, detail: error instanceof Error ? error.message : "" });
      },
    );
    return () => {
      controller.abort();
      void opened?.stop();
    };
  }, [label, on]);
  return state;
}

/** The microphones there are, by label; kept up to date as they come and go. `again`: look once more when it changes. */
export function useMicrophones(again: unknown): readonly string[] {
  const [labels, setLabels] = useState<readonly string[]>([]);
  useEffect(() => {
    let here = true;
    const look = () =>
      void listMicrophones().then(
        (found) => here && setLabels(found),
        () => {},
      );
    look();
    // Chromium in a test, and a page without a secure origin, has no such list.
    const devices: MediaDevices | undefined = navigator.mediaDevices;
    devices?.addEventListener("devicechange", look);
    return () => {
      here = false;
      devices?.removeEventListener("devicechange", look);
    };
  }, [again]);
  return labels;
}
