import { memo } from "react";
import Markdown, { type Components } from "react-markdown";
import { useText } from "../../text/text.tsx";
import styles from "./Answer.module.css";
import { CodeBlock } from "./CodeBlock.tsx";
import { headingsBelow } from "./headings-below.ts";

const components: Components = {
  // Nothing that a model wrote is ever followed or loaded: a link is its words and its address, a picture its words.
  a: ({ children, href }) => (
    <span className={styles["link"]}>
      {children}
      {href !== undefined && <span className={styles["address"]}> ({href})</span>}
    </span>
  ),
  img: ({ alt }) => <NotLoaded what={alt ?? ""} />,
  pre: ({ node }) => {
    const code = node?.children.find((child) => child.type === "element");
    const words = code?.children.map((child) => (child.type === "text" ? child.value : "")).join("") ?? "";
    return <CodeBlock code={words.replace(/\n$/u, "")} />;
  },
};

const plugins = [headingsBelow];

/** Addresses are shown as they were written: they lead nowhere. */
const asWritten = (address: string) => address;

/** What the model wrote, as Markdown. No markup in it becomes part of the page. */
export const Answer = memo(function Answer({ text }: { readonly text: string }) {
  return (
    <div className={styles["answer"]}>
      <Markdown components={components} rehypePlugins={plugins} urlTransform={asWritten}>
        {text}
      </Markdown>
    </div>
  );
});

function NotLoaded({ what }: { readonly what: string }) {
  const text = useText();
  return <span className={styles["address"]}>[{text("chat.image", { what })}]</span>;
}
