import { Parser } from "htmlparser2";
import { coloursOf, hiddenSelectors, hides } from "./hidden-style.ts";
import { MarkdownWriter } from "./markdown-writer.ts";
import { checkTime, type OpenDocument, overLimit, type Reading, wholeDocument } from "./reading.ts";
import { decodeBytes } from "./text-encoding.ts";

const deepest = 2000;
const mostCharacters = 20_000_000;

/** Never text, whatever it holds. */
const skipped = new Set(
  "script style noscript template svg annotation iframe object canvas audio video datalist".split(" "),
);
const blocks = new Set(
  (
    "address article aside blockquote body br dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 " +
    "h3 h4 h5 h6 header hr legend li main nav ol option p pre section summary ul tr caption title"
  ).split(" "),
);

interface OpenElement {
  readonly name: string;
  readonly isHidden: boolean;
  readonly isSkipped: boolean;
  readonly background: string;
}

export interface VisibleText {
  readonly text: string;
  /** How many characters nobody would have seen. */
  readonly hiddenCharacters: number;
}

/** Opens a web page. */
export function openHtml(reading: Reading): OpenDocument {
  const head = new TextDecoder("latin1").decode(reading.bytes.subarray(0, 2048));
  const declared = /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1];
  const { text, hiddenCharacters } = visibleText(decodeBytes(reading.bytes, declared).text, reading);
  return wholeDocument("a web page", text, hiddenNote(hiddenCharacters));
}

/** The sentence that says that text was left out, or none. */
export function hiddenNote(characters: number): string[] {
  return characters === 0 ? [] : [`Hidden text of ${characters} characters was left out: nobody who opens it sees it.`];
}

/**
 * The text of a web page that a person would see, as light Markdown. Hidden text is a way to talk to a model behind
 * the reader's back, so it is counted and left out: hidden by attribute, by style, by a simple rule of a style sheet in
 * the page, by size, by being white on white. It is an effort, not a guarantee: no layout is done.
 * @throws IndoorsError `tool.limit`
 */
export function visibleText(html: string, reading: Reading): VisibleText {
  const selectors = new Set(styleSheets(html).flatMap((css) => [...hiddenSelectors(css)]));
  const writer = new MarkdownWriter();
  const stack: OpenElement[] = [];
  const lists: (number | null)[] = [];
  let hiddenCharacters = 0;
  let title = "";
  let wasLink = false;
  let seen = 0;

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++seen % 1024 === 0) checkTime(reading);
        if (stack.length >= deepest) {
          throw overLimit(
            reading.name,
            `It is nested more than ${deepest} levels deep.`,
            "Open it in a browser and save it as a PDF.",
          );
        }
        const parent = stack.at(-1);
        const style = attributes["style"] ?? "";
        const colours = coloursOf(style);
        const background = colours.background ?? attributes["bgcolor"]?.toLowerCase() ?? parent?.background ?? "white";
        const text =
          colours.text ?? (name === "font" ? coloursOf(`color:${attributes["color"] ?? ""}`).text : undefined);
        const isHidden =
          (parent?.isHidden ?? false) ||
          attributes["hidden"] !== undefined ||
          hides(style) ||
          (text !== undefined && text === background) ||
          isNamed(selectors, name, attributes);
        const isSkipped = (parent?.isSkipped ?? false) || skipped.has(name);
        stack.push({ name, isHidden, isSkipped, background });
        if (!isHidden && !isSkipped) begin(name, attributes);
      },
      ontext(text) {
        const here = stack.at(-1);
        if (here?.isSkipped) return;
        wasLink = false;
        if (here?.isHidden) hiddenCharacters += text.trim().length;
        else if (here?.name === "title") title += text;
        else
          writer.text(
            text,
            stack.some(({ name }) => name === "pre"),
          );
        if (writer.length > mostCharacters) {
          throw overLimit(reading.name, "It has too much text.", "Save a part of it and read that.");
        }
      },
      onclosetag(name) {
        const at = stack.findLastIndex((element) => element.name === name);
        const closed = stack[at];
        if (closed === undefined) return;
        stack.length = at;
        if (!closed.isHidden && !closed.isSkipped) end(name);
      },
    },
    { decodeEntities: true },
  );

  const begin = (name: string, attributes: Readonly<Record<string, string>>) => {
    // Links side by side, as in a menu, are kept apart by their style only.
    if (name === "a" && wasLink) writer.text(" ");
    wasLink = false;
    if (name === "table") return writer.openTable();
    if (name === "tr") return writer.openRow();
    if (name === "td" || name === "th") return writer.openCell();
    if (name === "ul") lists.push(null);
    if (name === "ol") lists.push(Number(attributes["start"] ?? 1) || 1);
    if (name === "img" && (attributes["alt"] ?? "").trim() !== "") writer.text(`[image: ${attributes["alt"]?.trim()}]`);
    if (name === "input" && attributes["type"] !== "hidden" && attributes["type"] !== "password") {
      writer.text(` ${attributes["value"] ?? ""} `);
    }
    if (!blocks.has(name)) return undefined;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level !== undefined) return writer.block(`${"#".repeat(Number(level))} `);
    if (name !== "li") return writer.block(stack.at(-2)?.name === "li" ? undefined : "");
    const number = lists.at(-1) ?? null;
    if (number !== null) lists[lists.length - 1] = number + 1;
    const indent = "  ".repeat(Math.max(0, lists.length - 1));
    return writer.block(`${indent}${number === null ? "-" : `${number}.`} `);
  };

  const end = (name: string) => {
    wasLink = name === "a";
    if (name === "table") writer.closeTable();
    else if (name === "td" || name === "th") writer.closeCell();
    else if (name === "ul" || name === "ol") lists.pop();
    if (blocks.has(name) && name !== "br") writer.block();
  };

  for (let at = 0; at < html.length; at += 65_536) {
    checkTime(reading);
    parser.write(html.slice(at, at + 65_536));
  }
  parser.end();
  const text = writer.finish();
  const heading = title.replace(/\s+/g, " ").trim();
  return { text: heading === "" ? text : `Title: ${heading}\n${text}`, hiddenCharacters };
}

function styleSheets(html: string): string[] {
  const sheets: string[] = [];
  const lower = html.toLowerCase();
  for (let at = lower.indexOf("<style"); at !== -1;) {
    const end = lower.indexOf("</style", at);
    if (end === -1) break;
    sheets.push(html.slice(lower.indexOf(">", at) + 1, end));
    at = lower.indexOf("<style", end);
  }
  return sheets;
}

function isNamed(selectors: ReadonlySet<string>, name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (selectors.size === 0) return false;
  if (selectors.has(name) || selectors.has(`#${(attributes["id"] ?? "").toLowerCase()}`)) return true;
  const classes = (attributes["class"] ?? "").toLowerCase().split(/\s+/);
  return classes.some((one) => selectors.has(`.${one}`));
}
