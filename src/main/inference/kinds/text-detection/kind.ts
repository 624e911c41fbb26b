import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { readOnnxHeader } from '../../onnx/onnx-header.ts'
import { defineModelKind } from '../define.ts'
import { attachTextDetection } from './client.ts'
import { inferTextDetection, looksLikeTextDetection } from './infer.ts'
import { describeTextDetection, TextDetectionManifest } from './manifest.ts'
import type { LoadedTextDetection, TextCalls } from './types.ts'
import { TITLE } from './unusable.ts'
import { verifyTextDetection } from './verify.ts'

/** Detectors of text by differentiable binarisation, and what reads the lines: PP-OCR, docTR. */
export const textDetection = defineModelKind<
  'text-detection',
  TextDetectionManifest,
  LoadedTextDetection,
  TextCalls
>({
  kind: 'text-detection',
  title: TITLE,
  howToGet: {
    window:
      'Add a folder with det.onnx (and rec.onnx, to read what is found), or a repository of the hub, in Settings.',
    command:
      'gleaner models add takes a folder with det.onnx (and rec.onnx, to read what is found), or a repository of the hub.',
  },
  manifest: TextDetectionManifest,
  claims: looksLikeTextDetection,
  infer: inferTextDetection,
  files: ({ detector, recogniser }) => ({
    graphs: [detector.file, ...(recogniser ? [recogniser.file] : [])],
    others: [],
  }),
  behaviour: ({ kind, detector, boxes, recogniser }) => ({ kind, detector, boxes, recogniser }),
  facts: (manifest) => ({
    kind: 'text-detection',
    reads: (manifest?.recogniser ?? null) !== null,
    characters: manifest?.recogniser?.characters.length ?? null,
    preprocessing: manifest ? describeTextDetection(manifest) : [],
  }),
  // Of none were the files, the licence and the layout at hand together; any can be fetched by its id.
  known: [],
  check(folder, { name, detector, recogniser }) {
    checkNames(folder, name, detector.file, detector.pixels, detector.map)
    if (recogniser) {
      checkNames(folder, name, recogniser.file, recogniser.pixels, recogniser.classes)
    }
  },
  attach: attachTextDetection,
  verify: verifyTextDetection,
  quantisation: null,
})

function checkNames(
  folder: string,
  name: string,
  file: string,
  input: string,
  output: string,
): void {
  const { inputs, outputs } = readOnnxHeader(join(folder, file))
  const sides = [
    ['input', inputs, input],
    ['output', outputs, output],
  ] as const
  for (const [side, values, wanted] of sides) {
    if (values.some((value) => value.name === wanted)) continue
    const names = values.map((value) => value.name).join(', ')
    throw new AppError(
      'invalid-input',
      `The graph ${file} of ${name} has no ${side} "${wanted}" (it has ${names || 'none'}).`,
      'Correct gleaner.json.',
    )
  }
}
