/** Languages that Whisper models tell apart, by code; the ones that offices here are asked for most. */
const codes = [
  ...["ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko"],
  ...["lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh"],
];

/** Languages of recordings to choose from, by their names in `language`; `chosen` is among them, whatever it is. */
export function speechLanguages(
  language: string,
  chosen: string,
): readonly { readonly value: string; readonly label: string }[] {
  const names = new Intl.DisplayNames([language], { type: "language" });
  const all = codes.includes(chosen) || chosen === "auto" ? codes : [chosen, ...codes];
  return all
    .map((value) => ({ value, label: nameOf(names, value) }))
    .sort((a, b) => a.label.localeCompare(b.label, language));
}

function nameOf(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    // Not the code of any language: it stays readable as it is.
    return code;
  }
}
