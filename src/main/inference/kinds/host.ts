import type { HostKind } from './host-kind.ts'
import { diffusionHost } from './diffusion/host.ts'
import { imageFeaturesHost } from './image-features/host.ts'
import { pictureTextHost } from './picture-text/host.ts'
import { spanHost } from './span/host.ts'
import { textDetectionHost } from './text-detection/host.ts'
import { textEncoderHost } from './text-encoder/host.ts'

/** What the inference host can load. Nothing but the host may import this: it loads native code. */
export const HOST_KINDS: readonly HostKind[] = [
  diffusionHost,
  imageFeaturesHost,
  pictureTextHost,
  spanHost,
  textEncoderHost,
  textDetectionHost,
]
