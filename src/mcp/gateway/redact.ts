/** What stands where a secret was. */
export const redacted = "[credential removed]";

/** What is nested deeper is not looked through, and so not passed on. Sessions take less. */
const deepest = 100;
const tooDeep = "[nested too deep]";

/** Shorter words are too common to be taken out of an answer. */
const shortest = 6;

/**
 * Makes the function that takes secrets out of whatever a server says: some echo the headers they were sent. It finds
 * the value, its parts, and its usual spellings. A server that wants to pass its own credential on can still encode it.
 * The function takes any JSON value, keys too, and never changes its argument.
 */
export function redactor(secrets: readonly string[]): <T>(value: T) => T {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => form.length >= shortest);
  // The longest first: a part must not break the whole before it is found.
  forms.sort((one, other) => other.length - one.length);
  const clean = (text: string) => forms.reduce((left, form) => left.split(form).join(redacted), text);
  return (value) => (forms.length === 0 ? value : (walk(value, clean) as typeof value));
}

function formsOf(secret: string): string[] {
  const [scheme = "", rest] = secret.split(/ +(.*)/s);
  const values = rest === undefined || rest === "" ? [secret] : [secret, rest];
  if (scheme.toLowerCase() === "basic" && rest !== undefined) {
    const pair = Buffer.from(rest, "base64").toString("utf8");
    values.push(pair, pair.slice(pair.indexOf(":") + 1));
  }
  return values.flatMap((value) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("base64url"),
  ]);
}

function walk(value: unknown, clean: (text: string) => string, depth = 0): unknown {
  if (typeof value === "string") return clean(value);
  if (depth === deepest && typeof value === "object" && value !== null) return tooDeep;
  if (Array.isArray(value)) return value.map((one) => walk(one, clean, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [clean(key), walk(one, clean, depth + 1)]));
}
