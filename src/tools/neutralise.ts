/**
 * What a terminal, a screen or a model could take for an order instead of text: control characters (terminal escapes
 * begin with one), controls that turn the reading direction round, line separators, and the invisible "tag" letters.
 * Text direction marks (LRM, RLM, ALM) and joiners belong to real writing and stay.
 */
const unsafe =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff\u{e0000}-\u{e007f}]/gu;

/**
 * Makes text harmless to show: line ends become \n, ASCII control characters become their visible signs (ESC is ␛),
 * the other unsafe ones become �. Tabs stay.
 */
export function neutralise(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replace(unsafe, visible);
}

/** `neutralise` for a name that must stay on one line. */
export function neutraliseLine(text: string): string {
  return neutralise(text).replaceAll("\n", "␊").replaceAll("\t", "␉");
}

/** `neutralise` for every string of a JSON value, keys included. */
export function neutraliseDeep(value: unknown): unknown {
  if (typeof value === "string") return neutralise(value);
  if (Array.isArray(value)) return value.map(neutraliseDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [neutralise(key), neutraliseDeep(item)]));
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? "␡" : "\ufffd";
}
