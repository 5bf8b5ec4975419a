import { posix } from "node:path";
import { hiddenNote, visibleText } from "./html.ts";
import { type OpenDocument, type Reading, refusal } from "./reading.ts";
import { attribute, descend, elements, findAll, parseXml, textOf } from "./xml.ts";
import type { ZipArchive } from "./zip-archive.ts";

/** Opens an e-book: its chapters in reading order. */
export function openEpub(archive: ZipArchive, reading: Reading): OpenDocument {
  const container = parseXml(archive.text("META-INF/container.xml"), reading);
  const packagePath = attribute(findAll(container, "rootfile")[0], "full-path") ?? "";
  if (!archive.has(packagePath)) {
    throw refusal(reading.name, "It is damaged: the list of its chapters is missing.", "Get the e-book once more.");
  }
  const book = descend(parseXml(archive.text(packagePath), reading), "package");
  const files = new Map(
    elements(descend(book, "manifest"), "item").map((item) => [
      attribute(item, "id"),
      posix.join(posix.dirname(packagePath), decodeName(attribute(item, "href") ?? "")),
    ]),
  );
  const chapters = elements(descend(book, "spine"), "itemref")
    .map((item) => files.get(attribute(item, "idref")) ?? "")
    .filter((file) => archive.has(file));
  const about = (name: string) => textOf(elements(descend(book, "metadata"), name)[0]).trim();
  const front = [
    ["Title", about("title")],
    ["Author", about("creator")],
    ["Description", about("description")],
  ].filter(([, value]) => value !== "");
  const heading = front.map(([label, value]) => `${label}: ${value}`).join("\n");
  const notes: string[] = [];
  return {
    kind: "an e-book",
    unit: "chapter",
    count: chapters.length,
    notes,
    async section(index) {
      const { text, hiddenCharacters } = visibleText(archive.text(chapters[index] ?? ""), reading);
      for (const note of hiddenNote(hiddenCharacters)) if (!notes.includes(note)) notes.push(note);
      const before = index === 0 && heading !== "" ? `${heading}\n` : "";
      return { label: `[chapter ${index + 1}]`, text: before + text, confidence: null };
    },
    dispose() {},
  };
}

function decodeName(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}
