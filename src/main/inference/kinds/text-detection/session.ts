import ort from 'onnxruntime-node'
import { AppError } from '#shared/errors.ts'
import type { RealDevice } from '../../onnx/device.ts'
import {
  checkOutput,
  inputOf,
  notFinite,
  openGraph,
  runGraph,
  toFloats,
  toHalf,
} from '../../onnx/onnx-runtime.ts'
import { resize, type RgbPixels } from '../../pictures/resize.ts'
import { planes, type TextPixels } from '../../pictures/text-pixels.ts'
import { decodeCtc, sigmoid, softmaxRows, type ReadText } from './ctc.ts'
import type { Recogniser, TextDetectionManifest } from './manifest.ts'

/** A loaded detector, and what reads. */
export interface TextSession {
  manifest: TextDetectionManifest
  /** The map of a prepared picture, [height, width] of its plan, 0 to 1. */
  map(picture: Pick<TextPixels, 'plan' | 'pixels'>): Promise<Float32Array>
  /** Reads a line that was cut out; null where the model does not read. */
  read: ((line: RgbPixels) => Promise<ReadText>) | null
  release(): Promise<void>
}

/** Throws `model` or `unsupported`. */
export async function openTextSession(
  folder: string,
  manifest: TextDetectionManifest,
  device: RealDevice,
  threads: number,
): Promise<TextSession> {
  const { name, detector, recogniser } = manifest
  const finds = await openPart(name, folder, detector.file, device, threads)
  finds.expect(detector.pixels, detector.map)
  const reads = recogniser && (await openPart(name, folder, recogniser.file, device, threads))
  if (recogniser) reads?.expect(recogniser.pixels, recogniser.classes)
  return {
    manifest,
    async map({ plan, pixels }) {
      const { width, height } = plan
      const shape = [1, 3, height, width]
      const { values, dims } = await finds.run(detector.pixels, pixels, shape, detector.map)
      const whole = dims.reduce((product, size) => product * size, 1) === width * height
      if (!whole || dims.at(-1) !== width || dims.at(-2) !== height) {
        throw new AppError(
          'model',
          `The output "${detector.map}" of ${name} has the shape [${dims.join(', ')}], [1, 1, ${height}, ${width}] was expected.`,
          'A detector gives a map as large as the picture; correct detector.map in gleaner.json.',
        )
      }
      if (detector.gives === 'logits') return sigmoid(values)
      if (values.every((value) => value >= -1e-3 && value <= 1.001)) return values
      throw new AppError(
        'model',
        `The output "${detector.map}" of ${name} gives values that are no probabilities.`,
        'Set detector.gives to "logits" in gleaner.json.',
      )
    },
    read: recogniser && reads ? (line) => readLine(name, reads, recogniser, line) : null,
    async release() {
      await finds.release()
      await reads?.release()
    },
  }
}

interface Part {
  expect(input: string, output: string): void
  run(
    input: string,
    data: Float32Array,
    shape: number[],
    output: string,
  ): Promise<{ values: Float32Array; dims: readonly number[] }>
  release(): Promise<void>
}

async function openPart(
  name: string,
  folder: string,
  file: string,
  device: RealDevice,
  threads: number,
): Promise<Part> {
  const session = await openGraph(name, folder, file, device, threads)
  return {
    expect(input, output) {
      inputOf(name, session, input)
      checkOutput(name, session, output)
    },
    async run(input, data, shape, output) {
      const isHalf = inputOf(name, session, input).type === 'float16'
      const tensor = isHalf
        ? new ort.Tensor('float16', toHalf(data), shape)
        : new ort.Tensor('float32', data, shape)
      const results = await runGraph(name, device, session, { [input]: tensor }, [output])
      const found = results[output] as ort.Tensor
      const values = toFloats(await found.getData())
      const { dims } = found
      found.dispose()
      if (!values.every(Number.isFinite)) throw notFinite(name, device)
      return { values, dims }
    },
    release: () => session.release(),
  }
}

async function readLine(
  name: string,
  part: Part,
  recogniser: Recogniser,
  line: RgbPixels,
): Promise<ReadText> {
  const { height, characters, classes: output } = recogniser
  const wanted = Math.max(1, Math.ceil((line.width * height) / line.height))
  const inner = Math.min(wanted, recogniser.width ?? recogniser.maxWidth)
  // Strides of a graph cut what is not a multiple of theirs.
  const width = recogniser.width ?? Math.max(recogniser.minWidth, Math.ceil(inner / 8) * 8)
  const small = resize(line, inner, height, 'bilinear')
  const place = { width, height, left: 0, top: 0, rest: recogniser.rest }
  const pixels = planes(small, recogniser.values, place)
  const { values, dims } = await part.run(recogniser.pixels, pixels, [1, 3, height, width], output)
  const [n, steps, classes] = dims
  if (dims.length !== 3 || n !== 1 || !steps || classes !== characters.length + 1) {
    throw new AppError(
      'model',
      `The output "${output}" of ${name} has the shape [${dims.join(', ')}], [1, steps, ${characters.length + 1}] was expected: ${characters.length} characters and a blank.`,
      'The list of characters belongs to another model; put the right one beside the graph.',
    )
  }
  if (recogniser.gives === 'logits') softmaxRows(values, classes)
  return decodeCtc(values, classes, characters, recogniser.blank === 'first' ? 0 : classes - 1)
}
