import { type Agent, firstAgent } from "../shared/agent.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { Reader, Writer } from "./connection.ts";
import { fromJson, toJson } from "./json-column.ts";
import { now } from "./new-row.ts";

type AgentRow = Omit<Agent, "handOverTo"> & { readonly handOverTo: string };

const columns = "id, title, purpose, prompt, model, hand_over_to AS handOverTo";

/** The agents: the one that is always there first, then in the order they came. */
export function listAgents(reader: Reader): Agent[] {
  return reader
    .all<AgentRow>(`SELECT ${columns} FROM agents ORDER BY id <> @firstAgent, created_at, id`, { firstAgent })
    .map(fromRow);
}

/** @throws IndoorsError `not-found` */
export function getAgent(reader: Reader, id: string): Agent {
  const row = reader.get<AgentRow>(`SELECT ${columns} FROM agents WHERE id = @id`, { id });
  if (row === undefined) throw new IndoorsError("not-found", `There is no agent '${id}'.`);
  return fromRow(row);
}

/** Makes an agent, or changes the one with this id. */
export function putAgent(writer: Writer, agent: Agent): void {
  const { id, title, purpose, prompt, model, handOverTo } = agent;
  writer.run(
    `INSERT INTO agents (id, title, purpose, prompt, model, hand_over_to, created_at, updated_at)
     VALUES (@id, @title, @purpose, @prompt, @model, @handOverTo, @at, @at)
     ON CONFLICT (id) DO UPDATE SET title = @title, purpose = @purpose, prompt = @prompt, model = @model,
       hand_over_to = @handOverTo, updated_at = @at`,
    { id, title, purpose, prompt, model, handOverTo: toJson(handOverTo), at: now() },
  );
}

/** Takes an agent away, from the lists of those that may hand over to it too. False when there was none. */
export function removeAgent(writer: Writer, id: string): boolean {
  return writer.transaction(() => {
    for (const agent of listAgents(writer).filter(({ handOverTo }) => handOverTo.includes(id))) {
      putAgent(writer, { ...agent, handOverTo: agent.handOverTo.filter((other) => other !== id) });
    }
    return writer.run("DELETE FROM agents WHERE id = @id", { id }) > 0;
  });
}

function fromRow(row: AgentRow): Agent {
  return { ...row, handOverTo: fromJson<string[]>(row.handOverTo) };
}
