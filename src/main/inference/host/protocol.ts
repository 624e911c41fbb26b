import type { ModelKind as KindName } from '#shared/contract/models.ts'
import type { AnyManifest } from '../kinds/define.ts'
import type { RealDevice } from '../onnx/device.ts'

/** Calls to the inference host. Vectors come back as the bytes: float32, row by row. */
export interface HostCalls {
  devices: { input: Record<string, never>; value: { devices: RealDevice[] } }
  /** Runs a small graph on a device; `try-device.ts` says how. */
  tryDevice: {
    input: { device: RealDevice; threads: number }
    value: { name: string | null; gflops: number }
  }
  /** Loads a model of a kind under a key of the caller's choosing. */
  open: {
    input: {
      kind: KindName
      key: string
      folder: string
      manifest: AnyManifest
      device: RealDevice
      threads: number
    }
    value: { seconds: number }
  }
  close: { input: { key: string }; value: Record<string, never> }
  /** A call of the model's kind: its definition says which there are. */
  call: { input: { key: string; name: string; input: unknown }; value: unknown }
  /** What it makes of made-up input, and the seconds that the second run of it took. */
  probe: { input: { key: string }; value: { dim: number; seconds: number } }
}
export type HostCall = keyof HostCalls
