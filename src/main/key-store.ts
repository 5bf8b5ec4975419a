/** How well the system keeps a secret of ours. */
export interface KeyStore {
  readonly encrypted: boolean;
  /** In words, for the screen that tells. */
  readonly detail: string;
}

/** What is asked of Electron's safeStorage. */
export interface KeyStorage {
  isEncryptionAvailable(): boolean;
  /** Linux only. */
  getSelectedStorageBackend(): string;
}

/**
 * What Electron's safeStorage is worth here. On Linux without a key ring its backend is `basic_text`: a key that stands
 * in Chromium's source, so whoever has the file has the secret. Nothing secret may rely on it then. There the key ring is
 * not opened: that would ask the person for a password.
 */
export function describeKeyStore(storage: KeyStorage, platform: string): KeyStore {
  if (platform === "linux") {
    const ring = rings[storage.getSelectedStorageBackend()];
    return ring === undefined
      ? { encrypted: false, detail: "There is no key ring: what would be stored this way is not encrypted." }
      : { encrypted: true, detail: `Keys can be in ${ring}.` };
  }
  if (!storage.isEncryptionAvailable()) return { encrypted: false, detail: "The system offers no key store." };
  return {
    encrypted: true,
    detail: platform === "darwin" ? "Keys can be in the macOS key chain." : "Keys can be protected by Windows.",
  };
}

const rings: Readonly<Record<string, string>> = {
  gnome_libsecret: "the GNOME key ring",
  kwallet: "KWallet",
  kwallet5: "KWallet",
  kwallet6: "KWallet",
};
