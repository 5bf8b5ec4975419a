import { PencilLine, Trash2 } from "lucide-react";
import { type Agent, firstAgent } from "../../../src/shared/agent.ts";
import { hrefOf } from "../../app/route.ts";
import { useText } from "../../text/text.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import styles from "./AgentList.module.css";

/** Who answers here. The chosen one is the one whose rights are shown below. */
export function AgentList({
  agents,
  chosen,
  onEdit,
  onRemove,
}: {
  readonly agents: readonly Agent[];
  readonly chosen: string;
  /** Left out where nothing can be changed. */
  readonly onEdit: ((agent: Agent) => void) | undefined;
  readonly onRemove: ((agent: Agent) => void) | undefined;
}) {
  const text = useText();
  const titleOf = (id: string) => agents.find((one) => one.id === id)?.title ?? id;
  return (
    <ul className={styles["list"]} aria-label={text("agents.list")}>
      {agents.map((agent) => {
        const { id, title, purpose, model, handOverTo } = agent;
        return (
          <li key={id} className={styles["agent"]} data-chosen={id === chosen || undefined}>
            <div className={styles["words"]}>
              <p className={styles["top"]}>
                <a
                  className={styles["title"]}
                  href={hrefOf({ view: "agents", id })}
                  aria-current={id === chosen ? "true" : undefined}
                >
                  {title}
                </a>
                <span className={styles["id"]}>{id}</span>
              </p>
              {purpose !== "" && <p>{purpose}</p>}
              <p className={styles["facts"]}>
                {[
                  model === null ? text("agents.model.any") : text("agents.model.one", { model }),
                  ...(handOverTo.length === 0
                    ? []
                    : [text("agents.handsOverTo", { agents: handOverTo.map(titleOf).join(", ") })]),
                ].join(" · ")}
              </p>
            </div>
            {onEdit !== undefined && (
              <IconButton
                label={text("agents.edit", { agent: title })}
                icon={<PencilLine />}
                onClick={() => onEdit(agent)}
              />
            )}
            {onRemove !== undefined && id !== firstAgent && (
              <IconButton
                label={text("agents.remove", { agent: title })}
                icon={<Trash2 />}
                onClick={() => onRemove(agent)}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
