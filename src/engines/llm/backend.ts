import { existsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import {
  getLlama,
  getLlamaGpuTypes,
  getModuleVersion,
  type Llama,
  type LlamaGpuType,
  LlamaLogLevel,
  NoBinaryFoundError,
} from "node-llama-cpp";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { Device, DeviceChoice } from "../../shared/model.ts";

export interface Backend {
  readonly llama: Llama;
  /** Where it really computes. */
  readonly device: Device;
  /** Why that is not what was asked for, in a sentence; null when it is. */
  readonly notice: string | null;
}

const opened = new Map<string, Promise<Llama>>();

/** Opens llama.cpp for a kind of device, once per kind: it is never built and never downloaded. */
function open(gpu: LlamaGpuType | "auto"): Promise<Llama> {
  let llama = opened.get(String(gpu));
  if (llama === undefined) {
    llama = getLlama({
      gpu,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      logger,
    });
    opened.set(String(gpu), llama);
    llama.catch(() => opened.delete(String(gpu)));
  }
  return llama;
}

// The worker's stdout and stderr say nothing: what llama.cpp prints may hold the user's words.
function logger(): void {}

/** llama.cpp on the CPU: for reading headers and counting memory. */
export async function openCpu(): Promise<Llama> {
  try {
    return await open(false);
  } catch (thrown) {
    throw new IndoorsError(
      "engine.missing",
      `The language engine cannot start: ${messageOf(thrown)}. Run the set-up again, or reinstall Indoors.`,
    );
  }
}

/**
 * Opens llama.cpp on the device asked for. A graphics device that cannot be had becomes the CPU, with a notice.
 * @throws IndoorsError `engine.missing` when not even the CPU works.
 */
export async function openBackend(choice: DeviceChoice): Promise<Backend> {
  if (choice === "cpu") return { llama: await openCpu(), device: cpuDevice(), notice: null };
  let failure = "no working driver was found";
  try {
    const llama = await open(choice);
    if (llama.gpu !== false) return { llama, device: await gpuDevice(llama), notice: null };
  } catch (thrown) {
    if (!(thrown instanceof NoBinaryFoundError)) failure = messageOf(thrown);
  }
  const notice =
    choice === "auto"
      ? graphicsDeviceIsThere()
        ? `This machine has a graphics device, but ${failure}: the CPU is used.`
        : null
      : `${deviceName(choice)} was asked for, but ${failure}: the CPU is used.`;
  return { llama: await openCpu(), device: cpuDevice(), notice };
}

/** Every device the engine can compute on here, the CPU first, and what llama.cpp says about this processor. */
export async function listDevices(): Promise<{ devices: Device[]; system: string }> {
  const cpu = await openCpu();
  const devices = [cpuDevice()];
  for (const kind of await getLlamaGpuTypes("supported")) {
    if (kind === false) continue;
    const backend = await openBackend(kind);
    if (backend.device.kind !== "cpu") devices.push(backend.device);
  }
  return { devices, system: cpu.systemInfo.trim() };
}

/** Name and version of the engine with the llama.cpp it carries. Stored with every run. */
export async function engineVersion(llama: Llama): Promise<string> {
  return `node-llama-cpp ${await getModuleVersion()} (llama.cpp ${llama.llamaCppRelease.release})`;
}

function cpuDevice(): Device {
  return { kind: "cpu", name: cpus()[0]?.model.trim() ?? "CPU", memoryBytes: totalmem() };
}

async function gpuDevice(llama: Llama): Promise<Device> {
  if (llama.gpu === false) return cpuDevice();
  const [names, memory] = [await llama.getGpuDeviceNames(), await llama.getVramState()];
  return { kind: llama.gpu, name: names.join(", ") || deviceName(llama.gpu), memoryBytes: memory.total };
}

function deviceName(kind: Exclude<DeviceChoice, "auto" | "cpu">): string {
  return { vulkan: "Vulkan", cuda: "CUDA", metal: "Metal" }[kind];
}

/** Linux only: elsewhere a device without a driver does not show. */
function graphicsDeviceIsThere(): boolean {
  return ["/dev/nvidia0", "/dev/dri/renderD128", "/dev/kfd"].some((path) => existsSync(path));
}
