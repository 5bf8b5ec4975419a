/**
 * What a terminal, a screen or a model could take for an order instead of text: control characters (terminal escapes
 * begin with one), controls that turn the reading direction round, and whatever is text to a model and nothing to an
 * eye: "tag" letters, supplementary variation selectors, invisible spaces, operators and fillers.
 * Text direction marks (LRM, RLM, ALM) and joiners belong to real writing and stay; several joiners or variation
 * selectors in a row do not.
 */
const unsafe =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u115f\u1160\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|[\u200c\u200d\ufe00-\ufe0f]{3,}|\u200c\u200c|\u200c\u200d|\u200d\u200c|\u200d\u200d|[\ufe00-\ufe0f]{2}/gu;

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
