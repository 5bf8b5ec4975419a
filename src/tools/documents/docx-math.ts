import { attribute, descend, elements, textOf, type XmlNode } from "./xml.ts";

/** A formula of Word on one line: fractions with a slash, powers with ^, indices with _. */
export function mathText(node: XmlNode | undefined): string {
  return elements(node).map(partText).join("");
}

function partText(node: XmlNode): string {
  const part = (name: string) => mathText(descend(node, name));
  switch (node.name) {
    case "t":
      // Word writes signs that mean "applied to" and "times" and are not to be seen.
      return textOf(node).replace(/[\u2061-\u2064]/g, "");
    case "f":
      return `${grouped(part("num"))}/${grouped(part("den"))}`;
    case "sSup":
      return `${part("e")}^${grouped(part("sup"))}`;
    case "sSub":
      return `${part("e")}_${grouped(part("sub"))}`;
    case "sSubSup":
      return `${part("e")}_${grouped(part("sub"))}^${grouped(part("sup"))}`;
    case "rad":
      return `${part("deg") === "" ? "√" : `${part("deg")}√`}${grouped(part("e"))}`;
    case "nary": {
      const sign = attribute(descend(node, "naryPr", "chr"), "val") ?? "∫";
      const bounds = [part("sub") && `_${grouped(part("sub"))}`, part("sup") && `^${grouped(part("sup"))}`];
      return `${sign}${bounds.join("")} ${part("e")}`;
    }
    case "d": {
      const open = attribute(descend(node, "dPr", "begChr"), "val") ?? "(";
      const close = attribute(descend(node, "dPr", "endChr"), "val") ?? ")";
      return `${open}${elements(node, "e").map(mathText).join(", ")}${close}`;
    }
    default:
      return node.name.endsWith("Pr") ? "" : mathText(node);
  }
}

function grouped(text: string): string {
  return text.length > 1 ? `(${text})` : text;
}
