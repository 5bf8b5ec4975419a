const dayMs = 86_400_000;
const months = "january february march april may june july august september october november december".split(" ");
const weekdays = "sunday monday tuesday wednesday thursday friday saturday".split(" ");

/**
 * The calendar days a text names, as ISO 8601 days, in order, without duplicates: 2026-11-23, 23.11.2026,
 * 23 November 2026, November 23rd(, 2026), today, tomorrow, yesterday, and a weekday (the next one after today, or the
 * last one when "last" stands before it). `today` is an ISO day and always comes last.
 */
export function saidDates(text: string, today: string, limit: number): readonly string[] {
  const found: string[] = [];
  const year = Number(today.slice(0, 4));
  const add = (y: number, m: number, d: number) => {
    const day = new Date(Date.UTC(y, m - 1, d));
    if (day.getUTCFullYear() === y && day.getUTCMonth() === m - 1 && day.getUTCDate() === d) found.push(isoDay(day));
  };
  const names = months.map((month) => `${month.slice(0, 3)}(?:${month.slice(3)})?`).join("|") + "|sept";
  const pattern = new RegExp(
    "(?<iso>\\d{4}-\\d{2}-\\d{2})|(?<dotted>\\d{1,2}\\.\\d{1,2}\\.\\d{4})" +
      `|(?<day>\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?(?<month>${names})\\b\\.?(?:,?\\s+(?<year>\\d{4}))?` +
      `|\\b(?<month2>${names})\\b\\.?\\s+(?<day2>\\d{1,2})(?:st|nd|rd|th)?\\b(?:,?\\s+(?<year2>\\d{4}))?` +
      `|\\b(?<relative>today|tomorrow|yesterday)\\b|(?<last>\\blast\\s+)?\\b(?<weekday>${weekdays.join("|")})\\b`,
    "giu",
  );
  for (const match of text.matchAll(pattern)) {
    const group = match.groups ?? {};
    const month = group["month"] ?? group["month2"];
    if (group["iso"] !== undefined) {
      const [y, m, d] = group["iso"].split("-").map(Number);
      add(y ?? 0, m ?? 0, d ?? 0);
    } else if (group["dotted"] !== undefined) {
      const [d, m, y] = group["dotted"].split(".").map(Number);
      add(y ?? 0, m ?? 0, d ?? 0);
    } else if (month !== undefined) {
      const index = months.findIndex((name) => name.startsWith(month.slice(0, 3).toLowerCase()));
      add(Number(group["year"] ?? group["year2"] ?? year), index + 1, Number(group["day"] ?? group["day2"]));
    } else if (group["relative"] !== undefined) {
      const offset = { today: 0, tomorrow: 1, yesterday: -1 }[group["relative"].toLowerCase()] ?? 0;
      found.push(isoDay(new Date(Date.parse(today) + offset * dayMs)));
    } else if (group["weekday"] !== undefined) {
      const ahead =
        (weekdays.indexOf(group["weekday"].toLowerCase()) - new Date(Date.parse(today)).getUTCDay() + 7) % 7;
      const offset = group["last"] === undefined ? ahead || 7 : ahead - 7;
      found.push(isoDay(new Date(Date.parse(today) + offset * dayMs)));
    }
  }
  return [...new Set([...found.slice(0, limit - 1), today])];
}

/** True for a day that exists, written 2026-11-23. */
export function isIsoDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/u.test(text) && !Number.isNaN(Date.parse(text)) && isoDay(new Date(text)) === text;
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
