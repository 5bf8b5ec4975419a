import { useState } from "react";
import type { ServerDetails } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Section } from "../../ui/Page.tsx";
import { useCopy } from "../chat/use-copy.ts";
import styles from "./List.module.css";
import { PromptDialog } from "./PromptDialog.tsx";

interface Shown {
  readonly title: string;
  readonly words: string;
}

/** What a running server offers besides tools: things to read, and prompts to fill in. */
export function ServerContents({ details }: { readonly details: ServerDetails }) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const copy = useCopy();
  const { server, resources, prompts } = details;
  const [shown, setShown] = useState<Shown>();
  const [asked, setAsked] = useState<(typeof prompts)[number]>();
  const { name } = server;
  const read = (uri: string, title: string) =>
    call("mcp.readResource", { name, uri }).then(({ text: words }) => setShown({ title, words }), sayError);
  const fill = (prompt: string, values: Readonly<Record<string, string>>) =>
    call("mcp.prompt", { name, prompt, arguments: { ...values } }).then(({ text: words }) => {
      setAsked(undefined);
      setShown({ title: prompt, words });
    }, sayError);
  return (
    <>
      {resources.length > 0 && (
        <Section title={text("connections.resources.title")} lead={text("connections.resources.lead")}>
          <ul className={styles["list"]}>
            {resources.map(({ uri, name: title, description }) => (
              <li key={uri} className={styles["row"]}>
                <div className={styles["top"]}>
                  <h3 className={styles["name"]}>{showHidden(title)}</h3>
                  <span className={styles["space"]} />
                  <Button
                    kind="quiet"
                    aria-label={text("connections.resources.readOne", { name: showHidden(title) })}
                    onClick={() => void read(uri, title)}
                  >
                    {text("connections.resources.read")}
                  </Button>
                </div>
                {description !== "" && <p>{showHidden(description)}</p>}
                <p className={styles["soft"]}>{showHidden(uri)}</p>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {prompts.length > 0 && (
        <Section title={text("connections.prompts.title")} lead={text("connections.prompts.lead")}>
          <ul className={styles["list"]}>
            {prompts.map((prompt) => (
              <li key={prompt.name} className={styles["row"]}>
                <div className={styles["top"]}>
                  <h3 className={styles["name"]}>{showHidden(prompt.name)}</h3>
                  <span className={styles["space"]} />
                  <Button
                    kind="quiet"
                    aria-label={text("connections.prompts.useOne", { name: showHidden(prompt.name) })}
                    onClick={() => (prompt.arguments.length === 0 ? void fill(prompt.name, {}) : setAsked(prompt))}
                  >
                    {text("connections.prompts.use")}
                  </Button>
                </div>
                {prompt.description !== "" && <p>{showHidden(prompt.description)}</p>}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {asked !== undefined && (
        <PromptDialog
          prompt={asked}
          onClose={() => setAsked(undefined)}
          onFilled={(values) => void fill(asked.name, values)}
        />
      )}
      <Dialog
        wide
        title={showHidden(shown?.title ?? "")}
        open={shown !== undefined}
        onClose={() => setShown(undefined)}
        actions={
          <>
            <Button onClick={() => copy(shown?.words ?? "")}>{text("connections.copy")}</Button>
            <Button onClick={() => setShown(undefined)}>{text("common.close")}</Button>
          </>
        }
      >
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className={styles["written"]} tabIndex={0} role="group" aria-label={showHidden(shown?.title ?? "")}>
          {(shown?.words ?? "").split("\n").map(showHidden).join("\n")}
        </div>
      </Dialog>
    </>
  );
}
