import { appOrigin, isOfOrigin } from "./app-origin.ts";

/** What Electron says of who sent a message. */
export interface Sender {
  /** The id of its web contents. */
  readonly contentsId: number;
  /** The sending frame; null when it was destroyed or has navigated away since. */
  readonly frame: { readonly url: string; readonly parent: unknown } | null;
}

/** Whether a message comes from the main frame of a window of ours, which still shows our origin. */
export function isTrustedSender(sender: Sender, known: ReadonlySet<number>, origin: string = appOrigin): boolean {
  const { contentsId, frame } = sender;
  return known.has(contentsId) && frame !== null && frame.parent === null && isOfOrigin(frame.url, origin);
}
