import { Dialog } from "@base-ui/react/dialog";
import { Fragment, type ReactNode, type RefObject, useEffect } from "react";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import styles from "./QuestionDialog.module.css";

/** Over everything else. Only the buttons of a question answer it; Escape puts it off. */
export function QuestionDialog({
  id,
  open,
  heading,
  focusAfter,
  onLater,
  children,
}: {
  /** Of the question. Each begins anew: nothing chosen or armed is carried over from the one before. */
  readonly id: string;
  readonly open: boolean;
  readonly heading: RefObject<HTMLHeadingElement | null>;
  /** Where the focus goes when the question is put off. */
  readonly focusAfter: RefObject<HTMLElement | null>;
  /** Puts the question off. It is never an answer. */
  readonly onLater: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Dialog.Root
      open={open}
      disablePointerDismissal
      onOpenChange={(next) => {
        if (!next) onLater();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={styles["backdrop"]} />
        <Dialog.Popup className={styles["popup"]} initialFocus={heading} finalFocus={focusAfter}>
          <Fragment key={id}>{children}</Fragment>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What every question has: its place among those that wait, its title with the focus, and the way to put it off. */
export function QuestionParts({
  title,
  place,
  heading,
  footer,
  laterHint,
  onLater,
  children,
}: {
  readonly title: string;
  readonly place: { readonly at: number; readonly count: number };
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly footer: ReactNode;
  readonly laterHint: string;
  readonly onLater: () => void;
  readonly children: ReactNode;
}) {
  const text = useText();
  useEffect(() => {
    heading.current?.focus();
    // A view that is still loading may put the focus into a field of its own: what is typed would go there.
    const bringBack = ({ target }: FocusEvent) => {
      const popup = heading.current?.closest("[role=dialog]");
      const inside = target instanceof Node && popup?.contains(target) === true;
      // A list of choices of this question opens beside it.
      const beside = target instanceof Element && target.closest("[role=listbox]") !== null;
      if (popup !== null && popup !== undefined && target instanceof Node && !inside && !beside) {
        heading.current?.focus();
      }
    };
    document.addEventListener("focusin", bringBack);
    return () => document.removeEventListener("focusin", bringBack);
  }, [heading]);
  return (
    <>
      <header className={styles["header"]}>
        {place.count > 1 && <p className={styles["place"]}>{text("approval.place", place)}</p>}
        <Dialog.Title className={styles["title"]} ref={heading} tabIndex={-1}>
          {title}
        </Dialog.Title>
      </header>
      <div className={styles["body"]} tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
      <footer className={styles["footer"]}>
        {footer}
        <div className={styles["later"]}>
          <Button kind="quiet" onClick={onLater}>
            {text("approval.later")}
          </Button>
          <span>{laterHint}</span>
        </div>
      </footer>
    </>
  );
}
