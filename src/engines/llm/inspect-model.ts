import { open } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { type GgufFileInfo, GgufInsights, type Llama, readGgufFileInfo } from "node-llama-cpp";
import { IndoorsError, messageOf } from "../../shared/errors.ts";

export interface ModelFacts {
  readonly architecture: string;
  /** For people: "1.1B". */
  readonly parameters: string;
  readonly trainedContextTokens: number;
  /** Memory for the weights and a context of the size asked for, all on the CPU. */
  readonly needBytes: number;
  readonly embeddingModel: boolean;
}

const magic = "GGUF";
/** Magic, version, count of tensors, count of entries; and the least bytes that an entry of either kind takes. */
const headBytes = 24;
const leastTensorBytes = 8 + 4 + 8 + 4 + 8;
const leastEntryBytes = 8 + 4 + 1;
const poolingKinds = { none: 0, rank: 4 } as const;

/**
 * Reads the header of a GGUF file and checks that all its weights are in the file; nothing is loaded.
 * `contextTokens` is cut to what the model was trained for.
 * @throws IndoorsError `input.invalid` for a path that is not absolute (an address would make the library fetch it),
 * `file.unreadable`, and `model.refused` with data.reason "not-a-model" | "truncated" | "wrong-architecture".
 */
export async function inspectModel(llama: Llama, path: string, contextTokens: number): Promise<ModelFacts> {
  const size = await checkMagic(path);
  const name = basename(path);
  let info: GgufFileInfo;
  let insights: GgufInsights;
  try {
    info = await readGgufFileInfo(path, { sourceType: "filesystem", logWarnings: false, spliceSplitFiles: false });
    // A header that ends early is read as zeros: look before anything is believed.
    if (info.infoEndOffset === undefined || info.infoEndOffset > size) throw truncated(name, size);
    insights = await GgufInsights.from(info, llama);
  } catch (thrown) {
    if (thrown instanceof IndoorsError) throw thrown;
    throw refused(name, "truncated", `its header is damaged or cut short (${messageOf(thrown)})`, "Copy it again.");
  }
  const wholeBytes = info.infoEndOffset + insights.modelSize;
  if (wholeBytes > size) throw truncated(name, size, wholeBytes);
  refuseWhatCannotChat(name, info, insights);
  const trained = insights.trainContextSize ?? 0;
  const contextSize = trained > 0 ? Math.min(contextTokens, trained) : contextTokens;
  const weights = await insights.estimateModelResourceRequirementsV2({ gpuLayers: 0 });
  const context = await insights.estimateContextResourceRequirementsV2({ contextSize, modelGpuLayers: 0 });
  return {
    architecture: info.metadata.general.architecture,
    parameters: countLabel(insights.totalParameters),
    trainedContextTokens: trained,
    needBytes: weights.cpuRam + context.cpuRam,
    embeddingModel: isEmbeddingModel(info),
  };
}

async function checkMagic(path: string): Promise<number> {
  if (!isAbsolute(path)) {
    throw new IndoorsError(
      "input.invalid",
      `The model cannot be read: '${path}' is not an absolute file path. Give the full path of a file on this machine.`,
    );
  }
  const name = basename(path);
  try {
    await using file = await open(path, "r");
    const stat = await file.stat();
    if (!stat.isFile()) {
      throw new IndoorsError("file.unreadable", `${name} cannot be read: it is not a file. Choose a GGUF file.`);
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    if (buffer.toString("latin1", 0, Math.min(bytesRead, magic.length)) !== magic) {
      const why = stat.size === 0 ? "the file is empty" : "it is not a GGUF file";
      throw refused(name, "not-a-model", why, "Choose a language model in GGUF format.");
    }
    if (bytesRead < headBytes) throw truncated(name, stat.size);
    checkHead(name, buffer, stat.size);
    return stat.size;
  } catch (thrown) {
    if (thrown instanceof IndoorsError) throw thrown;
    throw new IndoorsError(
      "file.unreadable",
      `${name} cannot be read: ${messageOf(thrown)}. Check that the file is there and that you may read it.`,
    );
  }
}

/**
 * The library believes the counts in the head, and counts up to 2^64 when a file says so: they must fit into the file.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
function checkHead(name: string, head: Buffer, size: number): void {
  const version = head.readUInt32LE(4);
  const needs = head.readBigUInt64LE(8) * BigInt(leastTensorBytes) + head.readBigUInt64LE(16) * BigInt(leastEntryBytes);
  if (version < 2 || version > 3) {
    throw refused(name, "not-a-model", `its GGUF version is ${version}, and 2 and 3 are known`, "Choose another file.");
  }
  if (needs > BigInt(size)) throw truncated(name, size);
}

function refuseWhatCannotChat(name: string, info: GgufFileInfo, insights: GgufInsights): void {
  const { architecture, type = "model" } = info.metadata.general as { architecture: string; type?: string };
  const { split } = info.metadata as { split?: { count?: number } };
  if (Number(split?.count ?? 1) > 1) {
    throw refused(name, "not-a-model", "it is one part of a model in several files", "Merge the parts into one file.");
  }
  if (!insights.isSupportedByLlamaCpp) {
    const remedy = "Choose another model, or a newer Indoors.";
    throw refused(name, "wrong-architecture", `this engine does not know the architecture '${architecture}'`, remedy);
  }
  if (type !== "model" || architecture === "clip") {
    const what = type === "model" ? architecture : type;
    throw refused(name, "wrong-architecture", `it is an addition to a model ('${what}')`, "Choose the model itself.");
  }
}

function isEmbeddingModel(info: GgufFileInfo): boolean {
  const facts = info.architectureMetadata as { pooling_type?: number; attention?: { causal?: boolean } };
  const pooling = facts.pooling_type ?? poolingKinds.none;
  return (pooling !== poolingKinds.none && pooling !== poolingKinds.rank) || facts.attention?.causal === false;
}

function truncated(name: string, haveBytes: number, needBytes?: number): IndoorsError {
  const need = needBytes === undefined ? "its header is cut short" : `it has ${haveBytes} of ${needBytes} bytes`;
  return refused(name, "truncated", need, "Copy it again.");
}

function refused(name: string, reason: string, why: string, remedy: string): IndoorsError {
  return new IndoorsError("model.refused", `${name} was refused: ${why}. ${remedy}`, { reason });
}

function countLabel(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)}B`;
  return `${Math.round(count / 1e6)}M`;
}
