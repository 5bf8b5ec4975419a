import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import type { Ocr } from "./ocr.ts";

/** One file on its way to text, with what its reader may use. */
export interface Reading {
  /** As the model sees it, harmless to show. */
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Reads pictures. @throws IndoorsError `model.missing` when the weights are not here. Null: pictures are not to be read. */
  readonly ocr: (() => Promise<Ocr>) | null;
  /** When to stop, in the time of performance.now(). */
  readonly until: number;
  readonly signal: AbortSignal;
}

/** What divides a document, in words for people. */
export type Unit = "page" | "sheet" | "slide" | "chapter" | "part";

export interface Section {
  /** Heading of the section: `[page 2]`. Empty for a document in one piece. */
  readonly label: string;
  readonly text: string;
  /** Mean confidence of what was read off a picture, 0 to 100; null when nothing was. */
  readonly confidence: number | null;
}

/** A document that is open. Sections are read when they are asked for: a scan takes seconds a page. */
export interface OpenDocument {
  /** In words for people: "a PDF". */
  readonly kind: string;
  readonly unit: Unit;
  readonly count: number;
  /** @param index from 0 */
  section(index: number): Promise<Section>;
  /** What the reader of the text should know, each a sentence. Complete when all sections were read. */
  readonly notes: readonly string[];
  dispose(): void;
}

/** The sentence for a file that is there and cannot be read. */
export function refusal(name: string, why: string, remedy: string): IndoorsError {
  return new IndoorsError("file.unreadable", `'${name}' cannot be read. ${why} ${remedy}`);
}

/** The sentence for a file that asks for more than a tool may use. */
export function overLimit(name: string, why: string, remedy: string): IndoorsError {
  return new IndoorsError("tool.limit", `'${name}' cannot be read. ${why} ${remedy}`, { limit: "document" });
}

/** @throws IndoorsError `tool.limit` when the time is over, `cancelled` when the caller gave up. */
export function checkTime({ name, until, signal }: Pick<Reading, "name" | "until" | "signal">): void {
  throwIfCancelled(signal);
  if (performance.now() > until) {
    throw overLimit(name, "It takes too long to read.", "Open it in its own program, and save a smaller part of it.");
  }
}

/** A document in one piece that is read already. */
export function wholeDocument(kind: string, text: string, notes: readonly string[] = []): OpenDocument {
  return {
    kind,
    unit: "part",
    count: 1,
    notes,
    section: async () => ({ label: "", text, confidence: null }),
    dispose() {},
  };
}
