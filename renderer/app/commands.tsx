import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";

/** Something a person can do from anywhere: in the palette by its words, by its shortcut, and on the shortcut sheet. */
export interface Command {
  readonly id: string;
  readonly label: string;
  /** The heading it stands under. */
  readonly group: string;
  /** As written: "Ctrl+K", "Alt+1", "?", "Escape". Modifiers in the order Ctrl, Alt, Shift. */
  readonly shortcut?: string;
  /** Also while the focus is in a text field. Otherwise a shortcut without Ctrl or Alt waits until it is not. */
  readonly whileTyping?: boolean;
  readonly run: () => void;
}

interface Registry {
  readonly commands: readonly Command[];
  readonly register: (commands: readonly Command[]) => () => void;
}

const CommandsContext = createContext<Registry>({ commands: [], register: () => () => {} });

/** Keeps the commands of everything on screen and listens to their shortcuts. */
export function CommandsProvider({ children }: { readonly children: ReactNode }) {
  const [sets, setSets] = useState<readonly (readonly Command[])[]>([]);
  const commands = useMemo(() => sets.flat(), [sets]);
  const latest = useRef(commands);
  latest.current = commands;
  const register = useRef((added: readonly Command[]) => {
    setSets((before) => [...before, added]);
    return () => setSets((before) => before.filter((set) => set !== added));
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const pressed = shortcutOf(event);
      // What was registered last is nearest to the person.
      const found = latest.current.findLast(({ shortcut }) => shortcut === pressed);
      if (found === undefined) return;
      if (isTyping(event.target) && found.whileTyping !== true && !event.ctrlKey && !event.altKey) return;
      event.preventDefault();
      found.run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const registry = useMemo(() => ({ commands, register: register.current }), [commands]);
  return <CommandsContext value={registry}>{children}</CommandsContext>;
}

/** Offers commands while the component is there. Give it a memoised list. */
export function useCommands(commands: readonly Command[]): void {
  const { register } = useContext(CommandsContext);
  useEffect(() => register(commands), [register, commands]);
}

/** All commands there are now. */
export function useAllCommands(): readonly Command[] {
  return useContext(CommandsContext).commands;
}

/** The keys of an event as a shortcut is written. A Mac's command key counts as Ctrl. */
export function shortcutOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isSign = event.key.length === 1 && event.key.toUpperCase() === event.key.toLowerCase() && key !== "Space";
  const parts = [
    event.ctrlKey || event.metaKey ? "Ctrl" : "",
    event.altKey ? "Alt" : "",
    // The shift that is needed to type a sign such as ? is not part of the shortcut.
    event.shiftKey && !isSign ? "Shift" : "",
    key,
  ];
  return parts.filter((part) => part !== "").join("+");
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable)
  );
}
