import { IntlMessageFormat } from "intl-messageformat";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { Messages } from "./messages.gen.d.ts";

type Texts = Readonly<Record<string, string>>;

/** Every language there is: one file each, named by its code. */
const languages: Readonly<Record<string, Texts>> = collect(
  import.meta.glob<Texts>("./*.json", { eager: true, import: "default" }),
);

function collect(files: Readonly<Record<string, Texts>>): Record<string, Texts> {
  const found: Record<string, Texts> = {};
  for (const [path, texts] of Object.entries(files)) {
    const code = /([a-z]{2,3}(?:-[A-Za-z]+)?)\.json$/.exec(path)?.[1] ?? "en";
    found[code] = texts;
  }
  return found;
}

export type TextKey = keyof Messages;

/** The codes of the languages there are, with each one's name in itself. */
export function languageNames(): readonly (readonly [code: string, name: string])[] {
  return Object.keys(languages)
    .sort()
    .map((code) => [code, new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code] as const);
}

/** The language to use: the one asked for, else the system's, else English. */
export function chooseLanguage(asked: string, system: string): string {
  for (const code of [asked, system, system.split("-")[0] ?? ""]) {
    if (Object.hasOwn(languages, code)) return code;
  }
  return "en";
}

/** Words and figures in one language. */
export interface Text {
  readonly language: string;
  <K extends TextKey>(key: K, ...values: Messages[K] extends undefined ? [] : [Messages[K]]): string;
  /** For keys that are put together, such as one per error code: undefined when there is no such text. */
  maybe(key: string, values?: Readonly<Record<string, unknown>>): string | undefined;
  /** 1:02:03 or 2:03. */
  clock(ms: number): string;
  /** "3 min", "12 s", "2 h 5 min". Rounded to what a person needs. */
  duration(ms: number): string;
  /** "148 MB". */
  bytes(bytes: number): string;
  number(value: number, digits?: number): string;
  /** Day and time, short. */
  date(iso: string): string;
  /** "1.5×", "113 %". */
  percent(share: number): string;
}

/** The words of one language; a key that it lacks is taken from English. */
export function textIn(language: string): Text {
  const compiled = new Map<string, IntlMessageFormat>();
  const format = (key: string, values?: Readonly<Record<string, unknown>>): string | undefined => {
    let message = compiled.get(key);
    if (message === undefined) {
      const own = languages[language]?.[key];
      const source = own ?? languages["en"]?.[key];
      if (source === undefined) return undefined;
      message = new IntlMessageFormat(source, own === undefined ? "en" : language, undefined, { ignoreTag: true });
      compiled.set(key, message);
    }
    return String(message.format(values as Record<string, string>));
  };
  const text = <K extends TextKey>(key: K, ...[values]: Messages[K] extends undefined ? [] : [Messages[K]]) =>
    format(key, values) ?? key;
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
  return Object.assign(text, {
    language,
    maybe: format,
    number,
    clock: clockTime,
    duration(ms: number) {
      const seconds = Math.round(ms / 1000);
      if (seconds < 60) return format("unit.seconds", { seconds }) ?? "";
      const minutes = Math.round(ms / 60_000);
      if (minutes < 60) return format("unit.minutes", { minutes }) ?? "";
      return format("unit.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 }) ?? "";
    },
    bytes(bytes: number) {
      const [size, unit] =
        bytes >= 1e9 ? [bytes / 1e9, "GB"] : bytes >= 1e6 ? [bytes / 1e6, "MB"] : [bytes / 1e3, "kB"];
      return `${number(size, unit === "GB" ? 1 : 0)} ${unit}`;
    },
    date: (iso: string) =>
      new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)),
    percent: (share: number) => new Intl.NumberFormat(language, { style: "percent" }).format(share),
  });
}

function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${hours > 0 ? two(Math.floor(seconds / 60) % 60) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

const TextContext = createContext<Text>(textIn("en"));

export function TextProvider({ language, children }: { readonly language: string; readonly children: ReactNode }) {
  const text = useMemo(() => textIn(language), [language]);
  return <TextContext value={text}>{children}</TextContext>;
}

/** The words of the language in use. */
export function useText(): Text {
  return useContext(TextContext);
}
