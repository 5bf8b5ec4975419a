import { contentWords, sameWord } from "./words.ts";

const cut = "[…]";
/** Longer lines are cut into pieces of about this size, so that a text of one line can be excerpted too. */
const pieceCharacters = 240;

/**
 * The part of a text that bears on a question, at most `maxCharacters` long (UTF-16 units). A text that fits comes back
 * unchanged. Of a longer one the first lines stay, and those that share words with the question with their
 * neighbours, in their order; gaps show as […] and the last line says how much is shown.
 */
export function excerpt(text: string, question: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const note = `[cut to make room: parts of ${text.length} characters shown]`;
  const room = maxCharacters - note.length - 1;
  if (room <= 0) return note.slice(0, Math.max(0, maxCharacters));
  const asked = [...new Set(contentWords(question))];
  const pieces = text.split("\n").flatMap(piecesOf);
  const words = pieces.map((piece) => new Set(contentWords(piece)));
  const weights = asked.map((word) => {
    const holders = words.filter((held) => holds(held, word)).length;
    return holders === 0 ? 0 : Math.log(1 + pieces.length / holders);
  });
  const own = words.map((held) =>
    asked.reduce((sum, word, at) => sum + (holds(held, word) ? (weights[at] ?? 0) : 0), 0),
  );
  const scored = pieces.map((_piece, index) => ({
    index,
    // A line beside a hit often holds what was asked for (a label above its value).
    score: (own[index] ?? 0) + 0.5 * Math.max(own[index - 1] ?? 0, own[index + 1] ?? 0) + (index < 2 ? 0.1 : 0),
  }));
  scored.sort((one, other) => other.score - one.score || one.index - other.index);
  const kept = new Set<number>();
  let used = 0;
  for (const { index } of scored) {
    const cost = (pieces[index]?.length ?? 0) + 1 + cut.length + 1;
    if (used + cost > room) continue;
    kept.add(index);
    used += cost;
  }
  if (kept.size === 0) return `${text.slice(0, room)}\n${note}`;
  const lines: string[] = [];
  let previous = -1;
  for (const index of [...kept].sort((one, other) => one - other)) {
    if (index !== previous + 1) lines.push(cut);
    lines.push(pieces[index] ?? "");
    previous = index;
  }
  return `${lines.join("\n")}\n${note}`;
}

function holds(words: ReadonlySet<string>, word: string): boolean {
  if (words.has(word)) return true;
  for (const one of words) if (sameWord(one, word)) return true;
  return false;
}

function piecesOf(line: string): string[] {
  if (line.length <= pieceCharacters) return [line];
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > pieceCharacters) {
    const space = rest.lastIndexOf(" ", pieceCharacters);
    const end = space > 0 ? space : pieceCharacters;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return rest === "" ? pieces : [...pieces, rest];
}
