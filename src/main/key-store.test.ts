import { expect, it } from "vitest";
import { describeKeyStore } from "./key-store.ts";

it.each([
  [true, "linux", "gnome_libsecret", true],
  [true, "linux", "kwallet6", true],
  [true, "linux", "basic_text", false],
  [true, "linux", "unknown", false],
  [true, "linux", "", false],
  [true, "darwin", "", true],
  [false, "darwin", "", false],
  [true, "win32", "", true],
  [false, "win32", "", false],
])("available %s on %s with %s: encrypted %s", (available, platform, backend, encrypted) => {
  const storage = { isEncryptionAvailable: () => available, getSelectedStorageBackend: () => backend };
  expect(describeKeyStore(storage, platform).encrypted).toBe(encrypted);
});

it("does not open a key ring to look at it", () => {
  const storage = {
    isEncryptionAvailable: () => expect.unreachable("it was opened"),
    getSelectedStorageBackend: () => "gnome_libsecret",
  };
  expect(describeKeyStore(storage, "linux").encrypted).toBe(true);
});
