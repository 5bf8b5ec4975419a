/** The day of a moment, short: "23 Nov 2026". */
export function dayOf(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" }).format(new Date(iso));
}
