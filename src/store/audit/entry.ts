/** Where the process that keeps the audit log starts. The extension follows this file: .ts from source, .js built. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

export const auditWriterEntry = new URL(`./writer.${extension}`, import.meta.url);
