import { addBusinessDays } from "date-fns/addBusinessDays";
import { addDays } from "date-fns/addDays";
import { addMonths } from "date-fns/addMonths";
import { addWeeks } from "date-fns/addWeeks";
import { addYears } from "date-fns/addYears";
import { differenceInBusinessDays } from "date-fns/differenceInBusinessDays";
import { differenceInCalendarDays } from "date-fns/differenceInCalendarDays";
import { IndoorsError } from "../shared/errors.ts";

export type Shift = `${"add" | "subtract"} ${"days" | "weeks" | "months" | "years" | "business days"}`;

const shifts = {
  days: addDays,
  weeks: addWeeks,
  months: addMonths,
  years: addYears,
  "business days": addBusinessDays,
};

/**
 * The day so many days, weeks, months, years or business days (Monday to Friday, no holidays) before or after. A month
 * that is too short gives its last day.
 * @throws IndoorsError `input.invalid` when the result is outside the years 0001 to 9999.
 */
export function shiftDate(day: string, shift: Shift, amount: number): string {
  const adding = shift.startsWith("add ");
  const unit = shift.slice(shift.indexOf(" ") + 1) as keyof typeof shifts;
  return isoDay(shifts[unit](localDay(day), adding ? amount : -amount));
}

/** Days from one day to the other, negative when it lies before. The last day is not counted. */
export function daysBetween(from: string, to: string): { readonly days: number; readonly businessDays: number } {
  const [start, end] = [localDay(from), localDay(to)];
  return { days: differenceInCalendarDays(end, start), businessDays: differenceInBusinessDays(end, start) };
}

/** The English name of the weekday. */
export function weekday(day: string): string {
  return localDay(day).toLocaleDateString("en-GB", { weekday: "long" });
}

/** Noon of the day in local time, so that no change of the clocks moves it to another day. */
function localDay(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const time = new Date(2000, 0, 1, 12);
  time.setFullYear(year, month - 1, date);
  return time;
}

function isoDay(time: Date): string {
  const year = time.getFullYear();
  if (!(year >= 1 && year <= 9999)) {
    throw new IndoorsError("input.invalid", "The result is outside the years 1 to 9999. Use a smaller amount.");
  }
  return `${padded(year, 4)}-${padded(time.getMonth() + 1, 2)}-${padded(time.getDate(), 2)}`;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
