import ort from 'onnxruntime-node'
import { AppError } from '#shared/errors.ts'
import type { RealDevice } from '../../onnx/device.ts'
import { openGraph, runGraph, toFloats, toHalf } from '../../onnx/onnx-runtime.ts'

/** An input as the graph asks for it. */
export interface GraphInput {
  name: string
  type: string
  /** null = any. */
  shape: readonly (number | null)[]
}

/** One graph of a model. Numbers are float32 outside, whatever its types. */
export interface Graph {
  /** As messages name it: `unet/model.onnx`. */
  file: string
  inputs: readonly GraphInput[]
  outputs: readonly string[]
  input(name: string): GraphInput
  /**
   * Runs it; each value is cast to the type that its input has.
   * @param outputs names; all of them come back as float32 with their shapes
   * @param about what it was doing, for the message where a value is not finite
   * @throws AppError `model`
   */
  run(
    feeds: Record<string, { values: ArrayLike<number>; shape: number[] }>,
    outputs: readonly string[],
    about: string,
  ): Promise<{ values: Float32Array; shape: readonly number[] }[]>
  release(): Promise<void>
}

/** Throws `model`. @param model its name, for messages */
export async function loadGraph(
  model: string,
  folder: string,
  file: string,
  device: RealDevice,
  threads: number,
): Promise<Graph> {
  const session = await openGraph(model, folder, file, device, threads)
  const inputs = session.inputMetadata.map((one): GraphInput => {
    if (!one.isTensor) throw wrong(model, `${file} wants a list as "${one.name}"`)
    const shape = one.shape.map((size) => (typeof size === 'number' && size > 0 ? size : null))
    return { name: one.name, type: one.type, shape }
  })
  const input = (name: string): GraphInput => {
    const found = inputs.find((one) => one.name === name)
    if (found) return found
    throw wrong(model, `${file} has no input "${name}" (it has ${session.inputNames.join(', ')})`)
  }
  return {
    file,
    inputs,
    outputs: session.outputNames,
    input,
    async run(feeds, outputs, about) {
      const tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, { values, shape }]) => [
          name,
          tensorOf(model, file, input(name), values, shape),
        ]),
      )
      const results = await runGraph(`${model} (${file})`, device, session, tensors, [...outputs])
      const found = []
      for (const name of outputs) {
        const tensor = results[name] as ort.Tensor
        const values = toFloats(await tensor.getData())
        const { dims } = tensor
        tensor.dispose()
        if (!isFinite(values)) throw notFinite(model, file, device, about, input)
        found.push({ values, shape: dims })
      }
      for (const tensor of Object.values(tensors)) tensor.dispose()
      return found
    },
    release: () => session.release(),
  }

  function notFinite(
    name: string,
    graph: string,
    on: RealDevice,
    about: string,
    inputOf: (name: string) => GraphInput,
  ): AppError {
    const first = inputs[0]?.name ?? ''
    const isHalf = first !== '' && inputOf(first).type === 'float16'
    const why = isHalf ? '; it computes with 16 bits, which overflow beyond 65,504' : ''
    return new AppError(
      'model',
      `The graph ${graph} of ${name} gives values that are not finite (NaN) ${about} on ${on}${why}`,
      isHalf
        ? `Put an export in float32 in its place (${graph.replace(/_fp16(?=\.onnx$)/, '')}), or one whose weights were made for fp16.`
        : 'Use another device (cpu), or get the files of the model again.',
    )
  }
}

function isFinite(values: Float32Array): boolean {
  // A sum is not finite if one of its terms is not.
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return Number.isFinite(sum)
}

function wrong(model: string, what: string): AppError {
  return new AppError(
    'model',
    `${model} cannot be used: ${what}`,
    'Export it again, or use another model.',
  )
}

function tensorOf(
  model: string,
  file: string,
  { name, type, shape: wanted }: GraphInput,
  values: ArrayLike<number>,
  shape: number[],
): ort.Tensor {
  const fits =
    shape.length === wanted.length &&
    shape.every((size, i) => wanted[i] === null || wanted[i] === size)
  if (!fits) {
    const asked = wanted.map((size) => size ?? 'any').join(', ')
    throw wrong(model, `${file} takes "${name}" as [${asked}], not as [${shape.join(', ')}]`)
  }
  switch (type) {
    case 'float32':
      return new ort.Tensor('float32', Float32Array.from(values), shape)
    case 'float16':
      return new ort.Tensor('float16', toHalf(Float32Array.from(values)), shape)
    case 'float64':
      return new ort.Tensor('float64', Float64Array.from(values), shape)
    case 'int32':
      return new ort.Tensor('int32', Int32Array.from(values), shape)
    case 'int64':
      return new ort.Tensor(
        'int64',
        BigInt64Array.from(Array.from(values), (value) => BigInt(Math.trunc(value))),
        shape,
      )
    default:
      throw wrong(model, `${file} takes "${name}" as ${type}, which is not known here`)
  }
}
