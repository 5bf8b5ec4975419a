import { type DeviceChoice, deviceChoice } from "../shared/model.ts";
import { type CommandContext, oneOf } from "./command.ts";

/** `--device`: where an engine computes. */
export const deviceOption = { device: { type: "string" } } as const;

/** The device asked for; `auto` when none is. */
export function readDevice(context: CommandContext): DeviceChoice {
  return oneOf("device", context.text("device"), deviceChoice.options, "auto");
}
