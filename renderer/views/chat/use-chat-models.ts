import { useHost, useHostEvent } from "../../bridge/use-host.ts";

/** The models that can answer, by name. `starters` came with the set-up and are there for trying out. */
export function useChatModels() {
  const { data, reload } = useHost("models.list", {});
  useHostEvent("list.changed", ({ what }) => {
    if (what === "models") reload();
  });
  const chat = data?.models.filter(({ model, state }) => model.role === "chat" && state !== "missing") ?? [];
  return {
    known: data !== undefined,
    names: chat.map(({ model }) => model.name),
    starters: chat.filter(({ model }) => model.origin === "default").map(({ model }) => model.name),
  };
}
