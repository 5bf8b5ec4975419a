/** Opens the database in argv[2], as whoever runs it, and says what came of it. */
import { messageOf } from "../../shared/errors.ts";
import { openStore } from "../open-store.ts";

try {
  openStore(process.argv[2] ?? "").close();
  process.stdout.write("opened");
} catch (thrown) {
  process.stdout.write(messageOf(thrown));
}
