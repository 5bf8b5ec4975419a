/** As much of a parsed answer as is needed to find its headings. */
interface Node {
  readonly type: string;
  tagName?: string;
  readonly children?: readonly Node[];
}

/** The question above an answer is a heading of this level. */
const above = 2;

/**
 * Gives the headings of an answer levels that go on from the question above it, without gaps, whatever the model wrote:
 * people who move from heading to heading miss none. For react-markdown, as a plugin.
 */
export function headingsBelow() {
  return (tree: Node): void => {
    const headings = [...headingsOf(tree)];
    const written = [...new Set(headings.map(levelOf))].toSorted((a, b) => a - b);
    let before = above;
    for (const heading of headings) {
      const level = Math.min(above + 1 + written.indexOf(levelOf(heading)), before + 1, 6);
      heading.tagName = `h${level}`;
      before = level;
    }
  };
}

function* headingsOf(node: Node): Generator<Node> {
  if (/^h[1-6]$/u.test(node.tagName ?? "")) yield node;
  for (const child of node.children ?? []) yield* headingsOf(child);
}

function levelOf({ tagName }: Node): number {
  return Number(tagName?.slice(1));
}
