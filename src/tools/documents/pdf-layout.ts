/** One character of a page. Boxes are in points, y upwards, as PDF has them. */
export interface PdfCharacter {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** Characters that stand together on a line. */
interface Piece {
  text: string;
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** A gap as wide as this many heights of a letter separates columns. */
const columnGap = 1.6;
const wordGap = 0.25;
/** Each piece of a table is compared with each: a page of more has no columns that anybody could follow. */
const mostComparedPieces = 3000;
/** Pages of longer pieces than this are running text, in the order in which they were written. */
const longestTabularPiece = 30;

/**
 * The text of a page in lines. A page of short pieces is a table or a form: its pieces are put side by side where they
 * stand side by side, with ` | ` between. Running text keeps the order in which it was written, which is right for
 * columns of an article too.
 * @param characters in the order of the file, with a line feed where the PDF library found the end of a line
 */
export function layoutText(characters: readonly PdfCharacter[]): string {
  const pieces = piecesOf(characters);
  const lengths = pieces.map((piece) => piece.text.trim().length).sort((a, b) => a - b);
  const median = lengths[lengths.length >> 1] ?? 0;
  return median <= longestTabularPiece ? tabularText(rowsByPlace(pieces)) : rowsInOrder(pieces).map(rowText).join("\n");
}

function piecesOf(characters: readonly PdfCharacter[]): Piece[] {
  const pieces: Piece[] = [];
  let piece: Piece | undefined;
  for (const { text, left, right, bottom, top } of characters) {
    if (text === "\n" || text === "\r") {
      piece = undefined;
      continue;
    }
    if (text.trim() === "") {
      if (piece !== undefined && !piece.text.endsWith(" ")) piece.text += " ";
      continue;
    }
    const height = Math.max(top - bottom, 1);
    const line = piece === undefined ? 0 : Math.max(piece.top - piece.bottom, height);
    const goesOn =
      piece !== undefined &&
      Math.min(piece.top, top) - Math.max(piece.bottom, bottom) > -0.3 * line &&
      left - piece.right < columnGap * line &&
      right - piece.left > -columnGap * line;
    if (piece === undefined || !goesOn) {
      piece = { text, left, right, bottom, top };
      pieces.push(piece);
      continue;
    }
    if (left - piece.right > wordGap * line && !piece.text.endsWith(" ")) piece.text += " ";
    piece.text += text;
    piece.left = Math.min(piece.left, left);
    piece.right = Math.max(piece.right, right);
    piece.bottom = Math.min(piece.bottom, bottom);
    piece.top = Math.max(piece.top, top);
  }
  return pieces.filter((one) => one.text.trim() !== "");
}

/** Pieces that stand at the same height, from top to bottom, each row from left to right. */
function rowsByPlace(pieces: readonly Piece[]): Piece[][] {
  const rows: Piece[][] = [];
  const middle = (piece: Piece) => (piece.top + piece.bottom) / 2;
  for (const piece of pieces.toSorted((a, b) => middle(b) - middle(a))) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row !== undefined && first !== undefined && isSameLine(first, piece)) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => row.sort((a, b) => a.left - b.left));
}

/** Pieces in the order of the file; those that go on to the right on the same line share a row. */
function rowsInOrder(pieces: readonly Piece[]): Piece[][] {
  const rows: Piece[][] = [];
  for (const piece of pieces) {
    const last = rows.at(-1)?.at(-1);
    if (last !== undefined && piece.left >= last.right - 1 && isSameLine(last, piece)) rows.at(-1)?.push(piece);
    else rows.push([piece]);
  }
  return rows;
}

/** Rows of several pieces that follow each other are a table: a cell that is empty stays empty. */
function tabularText(rows: readonly (readonly Piece[])[]): string {
  const lines: string[] = [];
  for (let at = 0; at < rows.length;) {
    let end = at;
    while ((rows[end]?.length ?? 0) > 1) end++;
    const table = rows.slice(at, end);
    const columns = columnsOf(table);
    for (const row of table) lines.push(tableRow(row, columns));
    const single = rows[end];
    if (single !== undefined) lines.push(rowText(single));
    at = end + 1;
  }
  return lines.join("\n");
}

/**
 * Where each column ends, from left to right: pieces that stand above each other are in one column. A heading over
 * several columns does not make them one.
 */
function columnsOf(table: readonly (readonly Piece[])[]): number[] {
  const pieces = table.flat();
  const isHeading = (piece: Piece) => table.some((row) => row.filter((other) => overlap(piece, other) > 0).length > 1);
  const single = pieces.length > mostComparedPieces ? pieces : pieces.filter((piece) => !isHeading(piece));
  const ends: number[] = [];
  for (const piece of single.toSorted((a, b) => a.left - b.left)) {
    const end = ends.at(-1);
    if (end === undefined || piece.left > end) ends.push(piece.right);
    else ends[ends.length - 1] = Math.max(end, piece.right);
  }
  // What begins to the right of all columns is a column too.
  return [...ends, Infinity];
}

/** How far two pieces stand above each other, in points. */
function overlap(a: Piece, b: Piece): number {
  return Math.min(a.right, b.right) - Math.max(a.left, b.left);
}

function tableRow(row: readonly Piece[], columnEnds: readonly number[]): string {
  const cells: Piece[][] = columnEnds.map(() => []);
  for (const piece of row) cells[columnEnds.findIndex((end) => piece.left <= end)]?.push(piece);
  const last = cells.findLastIndex((cell) => cell.length > 0);
  return cells
    .slice(0, last + 1)
    .map((cell) => cell.map((piece) => piece.text.trim()).join("  "))
    .join(" | ");
}

function isSameLine(a: Piece, b: Piece): boolean {
  const shared = Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom);
  return shared > 0.5 * Math.min(a.top - a.bottom, b.top - b.bottom);
}

function rowText(row: readonly Piece[]): string {
  let text = "";
  let before: Piece | undefined;
  for (const piece of row) {
    if (before !== undefined) {
      const height = Math.max(piece.top - piece.bottom, before.top - before.bottom);
      text = `${text.trimEnd()}${piece.left - before.right > columnGap * height ? " | " : " "}`;
    }
    text += piece.text;
    before = piece;
  }
  return text.trimEnd();
}
