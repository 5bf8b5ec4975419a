import { AudioLines, Bot, Boxes, House, Info, MessagesSquare, Plug, ScrollText, SlidersHorizontal } from "lucide-react";
import { useMemo } from "react";
import { type ViewName, viewName } from "../../src/shared/kiosk.ts";
import { useText } from "../text/text.tsx";
import { useCommands } from "./commands.tsx";
import styles from "./Rail.module.css";
import { hrefOf, navigate, useRoute } from "./route.ts";
import { Seal } from "./Seal.tsx";
import { useShell } from "./use-shell.tsx";

const places: readonly (readonly [ViewName, typeof House])[] = [
  ["home", House],
  ["chat", MessagesSquare],
  ["recordings", AudioLines],
  ["agents", Bot],
  ["connections", Plug],
  ["audit", ScrollText],
  ["models", Boxes],
  ["settings", SlidersHorizontal],
  ["about", Info],
];

/** The views that there are, with words, below the seal. In a kiosk only the chosen ones. */
export function Rail() {
  const text = useText();
  const { kiosk } = useShell();
  const { view } = useRoute();
  const shown = useMemo(() => places.filter(([name]) => kiosk === null || kiosk.views.includes(name)), [kiosk]);
  const commands = useMemo(
    () =>
      shown.map(([name]) => ({
        id: `go-${name}`,
        label: text("rail.goTo", { view: text(`rail.${name}`) }),
        group: text("rail.group"),
        // The number of a view stays the same, wherever it stands.
        shortcut: `Alt+${viewName.options.indexOf(name) + 1}`,
        run: () => navigate({ view: name }),
      })),
    [text, shown],
  );
  useCommands(commands);
  return (
    <aside className={styles["rail"]} aria-label={text("rail.aside")} data-screen-only>
      <Seal />
      <nav aria-label={text("rail.group")}>
        <ul className={styles["list"]}>
          {shown.map(([name, Icon]) => (
            <li key={name}>
              <a
                className={styles["link"]}
                href={hrefOf({ view: name })}
                aria-current={view === name ? "page" : undefined}
                draggable={false}
              >
                <Icon aria-hidden="true" />
                {text(`rail.${name}`)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </aside>
  );
}
