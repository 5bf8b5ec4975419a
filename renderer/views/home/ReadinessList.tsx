import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronRight } from "lucide-react";
import type { Readiness, ReadinessItem } from "../../../src/shared/host-contract.ts";
import { navigate, type Route } from "../../app/route.ts";
import { useShell } from "../../app/use-shell.tsx";
import { useText } from "../../text/text.tsx";
import { Badge, type Meaning } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import styles from "./ReadinessList.module.css";

const meanings: Readonly<Record<ReadinessItem["state"], Meaning>> = {
  ready: "good",
  limited: "attention",
  missing: "refused",
};

/** Where the remedy of an item is. */
const places: Readonly<Record<NonNullable<ReadinessItem["action"]>, Partial<Route> & Pick<Route, "view">>> = {
  "import-model": { view: "models", at: { import: "1" } },
  "show-models": { view: "models" },
  "show-sandbox": { view: "home", at: { part: "seal" } },
  "open-policy": { view: "agents" },
};

/** Everything people want to do, whether it works here, and what to do where it does not. What needs a hand comes first. */
export function ReadinessList({ items }: { readonly items: Readiness["items"] }) {
  const rank = { missing: 0, limited: 1, ready: 2 };
  const sorted = items.toSorted((a, b) => rank[a.state] - rank[b.state]);
  return (
    <ul className={styles["list"]}>
      {sorted.map((item) => (
        <Line key={item.id} item={item} />
      ))}
    </ul>
  );
}

function Line({ item }: { readonly item: ReadinessItem }) {
  const text = useText();
  const { kiosk } = useShell();
  const { id, state, action } = item;
  // `model-changed:base.en`: the kind has words, the rest is a name.
  const [kind = id, subject = ""] = id.split(":");
  const title = text.maybe(`home.item.${kind}`, { subject }) ?? item.feature;
  const words = text.maybe(`home.item.${kind}.${state}`, { subject });
  const inHostsWords = [item.detail, item.remedy].filter((sentence) => sentence !== null);
  return (
    <Collapsible.Root render={<li />} className={styles["line"]}>
      <div className={styles["top"]}>
        <div className={styles["words"]}>
          <p className={styles["title"]}>{title}</p>
          <p className={styles["state"]}>{words ?? item.detail}</p>
        </div>
        <div className={styles["end"]}>
          {action !== null && (kiosk === null || action === "show-sandbox") && (
            <Button onClick={() => navigate(places[action])}>{text(`home.action.${action}`)}</Button>
          )}
          <Badge meaning={meanings[state]}>{text(`home.state.${state}`)}</Badge>
          <Collapsible.Trigger className={styles["more"]} aria-label={text("home.details", { title })}>
            <ChevronRight aria-hidden="true" />
          </Collapsible.Trigger>
        </div>
      </div>
      <Collapsible.Panel className={styles["panel"]}>
        {inHostsWords.map((sentence) => (
          <p key={sentence} lang="en">
            {sentence}
          </p>
        ))}
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}
