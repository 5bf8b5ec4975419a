import { useState } from "react";
import type { Agent } from "../../../src/shared/agent.ts";
import { navigate } from "../../app/route.ts";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";

/** Making, changing and removing agents: what is under way, and what to do about it. `reload`: the list is another one. */
export function useAgentActs(reload: () => void) {
  const text = useText();
  const say = useSay();
  const sayError = useSayError();
  const call = useCallHost();
  // Undefined: no form is open; null: one for a new agent.
  const [editing, setEditing] = useState<Agent | null | undefined>(undefined);
  const [removing, setRemoving] = useState<Agent | null>(null);
  const [saving, setSaving] = useState(false);

  return {
    editing,
    removing,
    saving,
    edit: (agent: Agent | null) => setEditing(agent),
    askToRemove: (agent: Agent) => setRemoving(agent),
    cancel() {
      setEditing(undefined);
      setRemoving(null);
    },
    save(agent: Agent) {
      setSaving(true);
      call("agents.put", agent)
        .then(() => {
          setEditing(undefined);
          reload();
          say(text("agents.saved", { agent: agent.title }), "good");
          navigate({ view: "agents", id: agent.id });
        }, sayError)
        .finally(() => setSaving(false));
    },
    remove() {
      if (removing === null) return;
      const { id, title } = removing;
      setRemoving(null);
      if (editing?.id === id) setEditing(undefined);
      call("agents.remove", { id }).then(() => {
        reload();
        say(text("agents.removed", { agent: title }));
        navigate({ view: "agents" });
      }, sayError);
    },
  };
}
