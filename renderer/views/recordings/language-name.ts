/** The languages that the multilingual Whisper models were trained on, without those with a few hours only. */
export const speechLanguages: readonly string[] = (
  "en de fr es it pt nl pl cs sk sl hr bs sr bg mk ro hu el sq tr ru uk be lt lv et fi sv no da is ga cy eu ca gl mt " +
  "ar he fa ur hi bn pa gu mr ne ta te kn ml si th lo km my vi id ms tl jw zh ja ko mn kk uz az hy ka sw af"
).split(" ");

/** A language by its name, in another one; a code that has no name is its own. */
export function languageName(code: string, inLanguage: string): string {
  try {
    return new Intl.DisplayNames([inLanguage], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
