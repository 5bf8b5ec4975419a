import { attribute, descend, elements, type XmlNode } from "./xml.ts";

/** The built-in formats that show a number as a date, a time or both. */
const dateFormats = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57]);

/** Which cell styles show a number as a date or time. */
export function formatsOf(styles: XmlNode | undefined): (style: number) => boolean {
  const sheet = descend(styles, "styleSheet");
  const own = new Map(
    elements(descend(sheet, "numFmts"), "numFmt").map((one) => [
      Number(attribute(one, "numFmtId")),
      isDateCode(attribute(one, "formatCode") ?? ""),
    ]),
  );
  const isDate = elements(descend(sheet, "cellXfs"), "xf").map((one) => {
    const id = Number(attribute(one, "numFmtId") ?? 0);
    return own.get(id) ?? dateFormats.has(id);
  });
  return (style) => isDate[style] ?? false;
}

export interface ValueContext {
  readonly strings: readonly string[];
  readonly isDate: boolean;
  /** True when day 0 is the first of January 1904, as in old workbooks of the Mac. */
  readonly uses1904: boolean;
}

/** What a cell shows: its text, its number with at most 15 digits, its date in ISO form. */
export function shownValue(value: string, type: string, { strings, isDate, uses1904 }: ValueContext): string {
  if (type === "s") return strings[Number(value)] ?? "";
  if (type === "b") return value === "1" ? "TRUE" : "FALSE";
  if (type !== "n") return value;
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  if (isDate && number >= 0 && number < 2_958_466) return isoDate(number, uses1904);
  return String(Number(number.toPrecision(15)));
}

/** Excel counts days from the last of December 1899, and believes that 1900 was a leap year. */
function isoDate(days: number, uses1904: boolean): string {
  const offset = uses1904 ? 24_107 : days < 60 ? 25_568 : 25_569;
  const seconds = Math.round((days - offset) * 86_400);
  const iso = new Date(seconds * 1000).toISOString();
  const [day = "", time = ""] = iso.split("T");
  const clock = time.slice(0, time.startsWith("00:00:00") ? 0 : time.slice(6, 8) === "00" ? 5 : 8);
  if (days < 1) return time.slice(0, 8);
  return clock === "" ? day : `${day} ${clock}`;
}

/** True when a format code has a letter of a date outside quotes and brackets. */
function isDateCode(written: string): boolean {
  const code = written.slice(0, 255);
  return /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]|_.|\*./gi, "")) && !/^general$/i.test(code);
}
