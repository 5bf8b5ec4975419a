import {
  addDecimals,
  compareDecimals,
  type Decimal,
  type DecimalMark,
  divideDecimal,
  formatDecimal,
  parseDecimal,
} from "./decimal.ts";
import { ownCopy } from "./own-copy.ts";

export type TallyOperation = "count" | "sum" | "average" | "minimum" | "maximum";

/** What one operation comes to over the cells that it is given. */
export interface Tally {
  add(cell: string, row: readonly string[]): void;
  /** Undefined when there was nothing to work with. */
  result(): { readonly value: string; readonly row: readonly string[] | null } | undefined;
  readonly used: number;
  /** Cells that are neither empty nor a number. */
  readonly left: number;
}

/** An average has so many places, or as many as its numbers. */
const averagePlaces = 6;
const isoDay = /^\d{4}-\d{2}-\d{2}([T ]|$)/;

export function newTally(operation: TallyOperation, mark: DecimalMark): Tally {
  return operation === "count" ? new Count() : new Figures(operation, mark);
}

/** Counts cells that are not empty. */
class Count implements Tally {
  used = 0;
  readonly left = 0;

  add(cell: string): void {
    if (cell.trim() !== "") this.used += 1;
  }

  result() {
    return { value: String(this.used), row: null };
  }
}

/** Sums exactly, in decimals: a sum of money is right to the last cent. Smallest and largest work for ISO dates too. */
class Figures implements Tally {
  used = 0;
  left = 0;
  readonly #operation: TallyOperation;
  readonly #mark: DecimalMark;
  #sum: Decimal = { digits: 0n, scale: 0 };
  #best: { readonly value: Decimal; readonly row: readonly string[] } | undefined;
  #bestDay: { readonly day: string; readonly row: readonly string[] } | undefined;

  constructor(operation: TallyOperation, mark: DecimalMark) {
    this.#operation = operation;
    this.#mark = mark;
  }

  add(cell: string, row: readonly string[]): void {
    const value = parseDecimal(cell, this.#mark);
    if (value === undefined) {
      if (cell.trim() === "") return;
      this.left += 1;
      if (isoDay.test(cell.trim())) this.#addDay(cell.trim(), row);
      return;
    }
    this.used += 1;
    if (this.#operation === "sum" || this.#operation === "average") this.#sum = addDecimals(this.#sum, value);
    else if (this.#best === undefined || this.#isBetter(compareDecimals(value, this.#best.value))) {
      this.#best = { value, row: row.map(ownCopy) };
    }
  }

  result() {
    if (this.#operation === "sum" || this.#operation === "average") {
      if (this.used === 0) return undefined;
      const value = this.#operation === "sum" ? this.#sum : divideDecimal(this.#sum, this.used, averagePlaces);
      return { value: formatDecimal(value), row: null };
    }
    if (this.#best !== undefined) return { value: formatDecimal(this.#best.value), row: this.#best.row };
    return this.#bestDay === undefined ? undefined : { value: this.#bestDay.day, row: this.#bestDay.row };
  }

  #addDay(day: string, row: readonly string[]): void {
    if (this.#bestDay === undefined || this.#isBetter(day < this.#bestDay.day ? -1 : Number(day > this.#bestDay.day))) {
      this.#bestDay = { day: ownCopy(day), row: row.map(ownCopy) };
    }
  }

  #isBetter(order: number): boolean {
    return this.#operation === "minimum" ? order < 0 : order > 0;
  }
}
