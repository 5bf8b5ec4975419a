/** What a terminal obeys, what turns the direction of writing, what nobody sees. */
const hidden =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with every such character written out as `\u{…}`, for text that somebody else chose. */
export function showHidden(text: string): string {
  return text.replaceAll(hidden, (one) => `\\u{${one.codePointAt(0)?.toString(16) ?? ""}}`);
}
