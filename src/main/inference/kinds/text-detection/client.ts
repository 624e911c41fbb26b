import { HelperCrash } from '../../../processes/crash.ts'
import type { PictureSource } from '../../pictures/picture-source.ts'
import type { ModelPort } from '../define.ts'
import type { TextDetectionManifest } from './manifest.ts'
import type { LoadedTextDetection, PictureText, TextCalls } from './types.ts'

/** Said of a picture that ends the process even when it comes alone. */
const GUILTY = 'The picture ends the process that decodes it'

/** What the engine holds of a loaded model. */
export function attachTextDetection(
  port: ModelPort<TextDetectionManifest, TextCalls>,
): LoadedTextDetection {
  const { model, device, passedOver } = port
  return {
    model,
    device,
    passedOver,
    async findText(pictures) {
      try {
        return (await port.once('texts', { pictures })).value.results
      } catch (error) {
        if (!(error instanceof HelperCrash)) throw error
        return port.alone(() => oneByOne(port, pictures))
      }
    },
    release: () => port.release(),
  }
}

/** After a crash each is asked for alone, so that only the guilty one is blamed. */
async function oneByOne(
  port: ModelPort<TextDetectionManifest, TextCalls>,
  pictures: PictureSource[],
): Promise<(PictureText | { reason: string })[]> {
  const results: (PictureText | { reason: string })[] = []
  let lastCrash: HelperCrash | null = null
  for (const picture of pictures) {
    try {
      const { value } = await port.bare('texts', { pictures: [picture] })
      results.push(value.results[0] ?? { reason: GUILTY })
    } catch (error) {
      if (!(error instanceof HelperCrash)) throw error
      lastCrash = error
      results.push({ reason: GUILTY })
    }
  }
  // All of them: then it is the model or the device, and no picture is to blame.
  const isAll = results.every((one) => 'reason' in one && one.reason === GUILTY)
  if (lastCrash && pictures.length > 1 && isAll) throw lastCrash
  return results
}
