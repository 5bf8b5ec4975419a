import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";

/** The secrets of the servers, one file each, for the gateway alone. No other process asks for one. */
export interface Credentials {
  /** Null: there is none. @throws perimeter.refused when it is there and cannot be read */
  read(name: string): Promise<string | null>;
  /** Null forgets it. @throws input.invalid when it cannot be the value of a header */
  set(name: string, secret: string | null): Promise<void>;
}

/** @param folder the perimeter's; the secrets are in `credentials/` in it. */
export function openCredentials(folder: string): Credentials {
  const place = join(folder, "credentials");
  return {
    async read(name) {
      try {
        return await readFile(join(place, name), "utf8");
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw new IndoorsError("perimeter.refused", `The credential of ${name} cannot be read. Set it again.`, {
          reason: "credential",
        });
      }
    },
    async set(name, secret) {
      if (secret === null) return rm(join(place, name), { force: true });
      if (!/^[\u0021-\u007e](?:[\u0020-\u007e]*[\u0021-\u007e])?$/.test(secret)) {
        throw new IndoorsError(
          "input.invalid",
          `The credential of ${name} was not kept. It must be one line of ASCII without blanks around it, as a header's value is.`,
        );
      }
      await mkdir(place, { recursive: true, mode: 0o700 });
      const whole = join(place, `.${name}.${randomUUID()}`);
      try {
        await writeFile(whole, secret, { mode: 0o600, flag: "wx", flush: true });
        await rename(whole, join(place, name));
      } catch (fault) {
        await rm(whole, { force: true });
        throw fault;
      }
    },
  };
}
