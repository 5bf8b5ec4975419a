import { pipeTable } from "./pipe-table.ts";

interface Table {
  readonly rows: string[][];
  /** Text of the cell that is open; null between cells. */
  cell: string | null;
}

/**
 * Collects running text, as a browser would lay it out, into light Markdown: one block a paragraph, white space
 * collapsed, tables as pipe tables. A table inside a cell becomes part of that cell's text.
 */
export class MarkdownWriter {
  readonly #blocks: string[] = [];
  readonly #tables: Table[] = [];
  #line = "";
  /** How often each ending of a line was written, in characters: how long the text is so far. */
  #length = 0;

  get length(): number {
    return this.#length + this.#line.length;
  }

  /** Adds text to the paragraph that is open. */
  text(text: string, keepSpaces = false): void {
    const added = keepSpaces ? text : text.replace(/[ \t\r\n\f]+/g, " ");
    const table = this.#tables.at(-1);
    if (table === undefined) {
      const spaceTwice = !keepSpaces && added.startsWith(" ") && /(?:^|\s)$/.test(this.#line.slice(-1));
      this.#line += spaceTwice ? added.slice(1) : added;
    } else if (table.cell !== null) {
      table.cell += added;
      this.#length += added.length;
    }
  }

  /** Ends the paragraph that is open, and begins the next one with these signs. */
  block(begin = ""): void {
    const table = this.#tables.at(-1);
    if (table !== undefined) {
      if (table.cell !== null) table.cell += " ";
      return;
    }
    const line = this.#line.trimEnd();
    if (line.trim() !== "" && !isOnlySigns(line)) this.#push(line);
    this.#line = begin;
  }

  openTable(): void {
    if (this.#tables.length === 0) this.block();
    this.#tables.push({ rows: [], cell: null });
  }

  openRow(): void {
    this.#tables.at(-1)?.rows.push([]);
  }

  openCell(): void {
    const table = this.#tables.at(-1);
    if (table === undefined) return;
    this.closeCell();
    if (table.rows.length === 0) table.rows.push([]);
    table.cell = "";
  }

  closeCell(): void {
    const table = this.#tables.at(-1);
    if (table === undefined || table.cell === null) return;
    table.rows.at(-1)?.push(table.cell.trim());
    table.cell = null;
  }

  closeTable(): void {
    this.closeCell();
    const table = this.#tables.pop();
    if (table === undefined) return;
    if (this.#tables.length > 0) this.text(` ${table.rows.map((row) => row.join(" ")).join(" ")} `);
    else this.#push(pipeTable(table.rows.filter((row) => row.some((cell) => cell !== ""))));
  }

  /** The text so far, its blocks one below the other. */
  finish(): string {
    while (this.#tables.length > 0) this.closeTable();
    this.block();
    return this.#blocks.join("\n");
  }

  #push(block: string): void {
    if (block === "") return;
    this.#blocks.push(block);
    this.#length += block.length + 1;
  }
}

/** A list item or a heading without text. */
function isOnlySigns(line: string): boolean {
  return /^\s*(?:#{1,6}|-|\d+\.)$/.test(line);
}
