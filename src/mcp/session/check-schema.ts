import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv-provider.js";
import type { JsonSchemaType } from "@modelcontextprotocol/sdk/validation/types.js";
import { messageOf } from "../../shared/errors.ts";
import { schemaMs } from "./limits.ts";
import { withinDeadline } from "./within-deadline.ts";

/** Says what is wrong with a value, or null when it fits. */
export type SchemaCheck = (value: unknown) => string | null;

/**
 * Makes a check of a JSON Schema that a server wrote. Nothing is looked up elsewhere; a schema that refers to another
 * place, or that takes for ever, is refused, when it is made or when it is used.
 * @throws Error with a sentence about the schema.
 */
export function schemaCheck(schema: Readonly<Record<string, unknown>>): SchemaCheck {
  const { $id: _, ...anonymous } = schema;
  // A validator of its own each: what one schema defines, or breaks, is nothing to another.
  const validator = new AjvJsonSchemaValidator();
  // It would print what it finds odd, in the words of whoever wrote the schema.
  (validator as unknown as { readonly _ajv: { logger: object } })._ajv.logger = silent;
  const validate = stopped("The schema takes too long to be understood.", () =>
    validator.getValidator<unknown>(anonymous as JsonSchemaType),
  );
  return (value) => {
    const checked = stopped("The check of the schema takes too long.", () => validate(value));
    return checked.valid ? null : checked.errorMessage.slice(0, 1000);
  };
}

const silent = { log: () => {}, warn: () => {}, error: () => {} };

function stopped<T>(tooLong: string, work: () => T): T {
  try {
    return withinDeadline(schemaMs, work);
  } catch (error) {
    const isLate = (error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
    throw new Error(isLate ? tooLong : `The schema cannot be used: ${messageOf(error).slice(0, 500)}.`, {
      cause: error,
    });
  }
}
