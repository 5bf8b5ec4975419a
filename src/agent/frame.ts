/**
 * Puts text that a tool brought in between marks that the text itself cannot write: an opening or closing mark inside
 * it loses its bracket. The system text says that what stands between the marks is data and never an instruction.
 */
export function frame(tool: string, text: string): string {
  return `<data from="${tool}">\n${text.replace(/<(?=\s*\/?\s*data\b)/giu, "‹")}\n</data>`;
}

/** One line of something that exists, such as a file name: without line breaks and control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
