import { attribute, descend, elements, type XmlNode } from "./xml.ts";

/**
 * What stands before the paragraphs of a list: `- `, or the number counted so far. Every numbered format is shown in
 * figures: what matters to a reader is which item it is.
 * @param numbering the part that defines the lists; undefined when the document has none
 * @returns the marker of a paragraph, by its properties; empty outside lists. Call it once a paragraph, in order.
 */
export function readNumbering(numbering: XmlNode | undefined): (properties: XmlNode | undefined) => string {
  const definitions = new Map(elements(numbering, "abstractNum").map((one) => [attribute(one, "abstractNumId"), one]));
  const lists = new Map(
    elements(numbering, "num").map((one) => [
      attribute(one, "numId"),
      definitions.get(attribute(descend(one, "abstractNumId"), "val")),
    ]),
  );
  const counted = new Map<string, number[]>();

  return (properties) => {
    const list = descend(properties, "numPr");
    const id = attribute(descend(list, "numId"), "val");
    if (list === undefined || id === undefined || id === "0") return "";
    const depth = Math.min(8, Number(attribute(descend(list, "ilvl"), "val") ?? 0) || 0);
    const level = elements(lists.get(id), "lvl").find((one) => attribute(one, "ilvl") === String(depth));
    const format = attribute(descend(level, "numFmt"), "val") ?? "bullet";
    const indent = "  ".repeat(depth);
    if (format === "bullet" || format === "none") return `${indent}- `;
    const start = Number(attribute(descend(level, "start"), "val") ?? 1) || 1;
    const counts = counted.get(id) ?? [];
    // A new item begins its sublists anew.
    counts.length = Math.min(counts.length, depth + 1);
    counts[depth] = (counts[depth] ?? start - 1) + 1;
    counted.set(id, counts);
    return `${indent}${counts[depth]}. `;
  };
}
