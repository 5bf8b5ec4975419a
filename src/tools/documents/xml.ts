import { Parser } from "htmlparser2";
import { checkTime, overLimit, type Reading } from "./reading.ts";

/** An element. Names are without their prefix: `w:p` is p. */
export interface XmlNode {
  readonly name: string;
  /** With their prefixes, as written. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlNode | string)[];
}

/** Far beyond what a real document has; each node costs about 200 bytes. */
const mostNodes = 1_000_000;
const deepest = 500;

const remedy = "Open it in its own program and save a smaller part of it.";

export interface XmlEvents {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/**
 * Reads XML piece by piece. A document type is never read, so there are no entities but the five of XML itself:
 * nothing is expanded and nothing outside is opened.
 * @throws IndoorsError `tool.limit` when it is nested too deeply or takes too long.
 */
export function streamXml(xml: string, reading: Reading, events: XmlEvents): void {
  let depth = 0;
  let seen = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > deepest) throw overLimit(reading.name, `It is nested more than ${deepest} levels deep.`, remedy);
        if (++seen % 4096 === 0) checkTime(reading);
        events.open?.(localName(name), attributes);
      },
      ontext: (text) => events.text?.(text),
      onclosetag(name) {
        depth--;
        events.close?.(localName(name));
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  // In pieces, so that the time is looked at also inside one endless element.
  for (let at = 0; at < xml.length; at += 65_536) {
    checkTime(reading);
    parser.write(xml.slice(at, at + 65_536));
  }
  parser.end();
}

/** Reads XML into a tree with a nameless root. @throws IndoorsError `tool.limit` */
export function parseXml(xml: string, reading: Reading): XmlNode {
  const root: XmlNode = { name: "", attributes: {}, children: [] };
  const stack = [root];
  let nodes = 0;
  streamXml(xml, reading, {
    open(name, attributes) {
      if (++nodes > mostNodes) throw overLimit(reading.name, `It has more than ${mostNodes} parts.`, remedy);
      const node: XmlNode = { name, attributes, children: [] };
      stack.at(-1)?.children.push(node);
      stack.push(node);
    },
    text: (text) => stack.at(-1)?.children.push(text),
    close: () => stack.length > 1 && stack.pop(),
  });
  return root;
}

/** The child elements, or those of one name. */
export function elements(node: XmlNode | undefined, name?: string): XmlNode[] {
  if (node === undefined) return [];
  return node.children.filter(
    (child): child is XmlNode => typeof child !== "string" && (name === undefined || child.name === name),
  );
}

/** The first element on the way down these names. */
export function descend(node: XmlNode | undefined, ...names: readonly string[]): XmlNode | undefined {
  let at = node;
  for (const name of names) at = elements(at, name)[0];
  return at;
}

/** Every element of that name below, in order. */
export function findAll(node: XmlNode | undefined, name: string): XmlNode[] {
  if (node === undefined) return [];
  return elements(node).flatMap((child) => [...(child.name === name ? [child] : []), ...findAll(child, name)]);
}

/** An attribute by its name without prefix. With `prefixed`, only one that has a prefix: r:id beside id. */
export function attribute(node: XmlNode | undefined, name: string, prefixed = false): string | undefined {
  if (node === undefined) return undefined;
  if (!prefixed && node.attributes[name] !== undefined) return node.attributes[name];
  return Object.entries(node.attributes).find(([key]) => key.endsWith(`:${name}`))?.[1];
}

/** All text below. */
export function textOf(node: XmlNode | undefined): string {
  if (node === undefined) return "";
  return node.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
