import { z } from "zod";
import { type ErrorCode, IndoorsError, isErrorCode } from "./errors.ts";

const id = z.int().min(0);

const wireError = z.strictObject({
  code: z.custom<ErrorCode>(isErrorCode),
  message: z.string(),
  data: z.unknown().optional(),
});

/** Everything that ever crosses a channel. One request has one response; `cancel` asks the other side to stop it. */
const wireMessage = z.union([
  z.strictObject({ id, method: z.string().max(100), params: z.unknown() }),
  z.strictObject({ id, ok: z.literal(true), result: z.unknown() }),
  z.strictObject({ id, ok: z.literal(false), error: wireError }),
  z.strictObject({ event: z.string().max(100), payload: z.unknown() }),
  z.strictObject({ cancel: id }),
]);

export type WireMessage = z.infer<typeof wireMessage>;

/**
 * Reads one value that came over a channel.
 * @throws IndoorsError `contract.invalid` for anything that is not a wire message.
 */
export function parseWireMessage(value: unknown): WireMessage {
  const parsed = wireMessage.safeParse(value);
  if (!parsed.success) throw new IndoorsError("contract.invalid", "A message is not of the contract's form.");
  return parsed.data;
}
