/** A permission that a page asks for, or that Chromium looks up. */
export interface PermissionQuestion {
  /** Electron's name of it, such as `media`. */
  readonly permission: string;
  /** Whether the page is the main frame of one of our windows, at our origin. */
  readonly ours: boolean;
  /** For `media`: what would be recorded. */
  readonly media?: readonly string[];
}

/** What our own main frame may have, with the reason. What is not here nobody gets. */
const granted: Readonly<
  Record<string, { readonly why: string; readonly when?: (question: PermissionQuestion) => boolean }>
> = {
  media: {
    why: "recording from the microphone; never the camera",
    when: ({ media = [] }) => media.length > 0 && media.every((kind) => kind === "audio"),
  },
  "clipboard-sanitized-write": { why: "the copy buttons of answers, transcripts and audit rows" },
};

/** Whether a permission is given. The same table answers the request handler and the check handler. */
export function decidePermission(question: PermissionQuestion): boolean {
  const rule = Object.hasOwn(granted, question.permission) ? granted[question.permission] : undefined;
  return question.ours && rule !== undefined && (rule.when?.(question) ?? true);
}
