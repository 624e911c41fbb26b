import type { Device } from '#shared/contract/jobs.ts'
import type { PairContext } from '#shared/text/context.ts'
import type { Manifest } from './manifest.ts'
import type { TextManifest } from './text-manifest.ts'

/** A device that was settled on; never `auto`. */
export type RealDevice = Exclude<Device, 'auto'>

/** A picture as a file's path or as its bytes. */
export type PictureSource = { path: string } | { base64: string }

/** The parts of a reply on one context; its numbers are in the frame's bytes. */
export interface ContextReply {
  tokens: number
  isCut: boolean
  windows: [tokenOffset: number, rows: number][]
}

/** Calls to the inference host. Vectors come back as the frame's bytes: float32, row by row. */
export interface HostCalls {
  devices: { input: Record<string, never>; value: { devices: RealDevice[] } }
  /** Loads a model under a key of the caller's choosing. */
  open: {
    input: { key: string; folder: string; manifest: Manifest; device: RealDevice; threads: number }
    value: { seconds: number }
  }
  close: { input: { key: string }; value: Record<string, never> }
  /** One vector per picture, unit length; all zero where `failures` names it. */
  images: {
    input: { key: string; pictures: PictureSource[] }
    value: { failures: { index: number; reason: string }[] }
  }
  /** One vector per text, unit length. `full` pads each to the whole context, whatever is exact. */
  texts: {
    input: { key: string; texts: string[]; full: boolean }
    value: Record<string, never>
  }
  /** Token ids, for comparison with a reference. */
  ids: { input: { key: string; texts: string[] }; value: { ids: number[][] } }
  /** Embeddings of made-up pictures and texts, and the seconds that the second run of them took. */
  probe: {
    input: { key: string }
    value: { images: number; texts: number; seconds: number; finite: boolean }
  }
  /** Loads a text encoder or a span model; `close` is the same for all. */
  openText: {
    input: {
      key: string
      folder: string
      manifest: TextManifest
      device: RealDevice
      threads: number
    }
    value: { columns: number }
  }
  /** Features or logits of contexts; `serve-text.ts` says how they lie in the bytes. */
  contexts: {
    input: { key: string; contexts: PairContext[] }
    value: { contexts: ContextReply[]; columns: number }
  }
  /** Unit vectors of made-up texts, and the seconds that the second run of them took. */
  probeText: { input: { key: string }; value: { dim: number; seconds: number } }
}
export type HostCall = keyof HostCalls
