/** What a style says of whether text can be seen. Only what hides text wherever it stands. */
const hiding: readonly RegExp[] = [
  /(?:^|;)display:none/,
  /(?:^|;)visibility:(?:hidden|collapse)/,
  /(?:^|;)opacity:0?(?:\.0+)?%?(?:;|$|!)/,
  /(?:^|;)font-size:(?:0?\.\d+|[01](?:\.\d+)?)(?:px|pt|em|rem|%|;|$|!)/,
  /(?:^|;)font:[^;]*(?:^|[ :])0(?:px|pt)/,
  /(?:^|;)(?:left|top|right|text-indent|margin-left|margin-top):-\d{4,}/,
  /(?:^|;)clip:rect\((?:0(?:px)?[, ]*){4}\)/,
  /(?:^|;)clip-path:inset\((?:50|100)%/,
  /(?:^|;)(?:max-)?(?:height|width):0(?:px)?(?:;|$|!)(?=.*overflow:hidden)/,
  /(?:^|;)transform:scale\(0\)/,
];

/** Longer ones are made to keep the patterns busy. */
const longestStyle = 2000;

/** An em of 1 is of ordinary size, unlike a pixel of 1. */
const ordinary = /(?:^|;)font-size:1(?:\.\d+)?(?:r?em)/;

/** True for the declarations of a style attribute or rule that hide the text below it, as far as they alone can say. */
export function hides(declarations: string): boolean {
  const style = plain(declarations);
  return hiding.some((form) => form.test(style)) && !(ordinary.test(style) && !hiding[0]?.test(style));
}

/** The colour of text and background that a style sets, in one spelling; undefined where it sets none. */
export function coloursOf(declarations: string): {
  readonly text: string | undefined;
  readonly background: string | undefined;
} {
  const style = plain(declarations);
  const text = /(?:^|;)color:([^;!]+)/.exec(style)?.[1];
  const background = /(?:^|;)background(?:-color)?:([^;!]+)/.exec(style)?.[1];
  return { text: colour(text), background: colour(background) };
}

/** Selectors of one tag, class or id whose rule hides text. Rules for printing and other media say nothing. */
export function hiddenSelectors(css: string): Set<string> {
  const selectors = new Set<string>();
  let depth = 0;
  let before = "";
  let at = 0;
  for (const { 0: brace, index } of css.matchAll(/[{}]/g)) {
    const text = css.slice(at, index);
    at = index + 1;
    if (brace === "{") {
      depth++;
      if (depth === 1) before = text;
      continue;
    }
    depth = Math.max(0, depth - 1);
    // Inside an at-rule the depth is 1 here, so its rules are passed over.
    if (depth > 0 || before.includes("@") || !hides(text)) continue;
    for (const name of before.slice(-longestStyle).split(",")) {
      const selector = name
        .slice(name.lastIndexOf("*/") + 1)
        .replace(/^\//, "")
        .trim()
        .toLowerCase();
      if (/^[.#]?[a-z_][\w-]*$/.test(selector)) selectors.add(selector);
    }
  }
  return selectors;
}

function plain(declarations: string): string {
  return declarations
    .slice(0, longestStyle)
    .toLowerCase()
    .replace(/\s*([:;,(])\s*/g, "$1")
    .trim();
}

function colour(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const name = value.trim();
  const white = /^(?:white|#fff(?:fff)?(?:ff)?|rgba?\(255,\s*255,\s*255(?:,\s*1)?\)|snow|ivory|#fe?fe?fe?)$/;
  return white.test(name) ? "white" : name;
}
