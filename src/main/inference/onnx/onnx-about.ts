import { AppError } from '#shared/errors.ts'
import { FileBytes } from './onnx-header.ts'

/** Bytes of one entry of the metadata that are read: alphabets of 20,000 characters are 80 KB. */
const MOST_BYTES = 1 << 20

/** What a graph says of itself beside its shapes. Source: onnx.proto, ModelProto and GraphProto. */
export interface OnnxAbout {
  /** `metadata_props` of the model. */
  metadata: Map<string, string>
  /** The operator that makes each output of the graph, seen through those that only rearrange. */
  makers: Map<string, string>
}

/** Throws `model` for a file that is no ONNX graph. */
export function readOnnxAbout(path: string): OnnxAbout {
  const file = new FileBytes(path)
  try {
    const about: OnnxAbout = { metadata: new Map(), makers: new Map() }
    const makers = new Map<string, Maker>()
    const outputs: string[] = []
    for (const field of file.fields(0, file.size)) {
      if (field.number === 14) addEntry(file, field, about.metadata)
      if (field.number !== 7) continue
      for (const part of file.fields(field.start, field.end)) {
        if (part.number === 1) addMaker(file, part, makers)
        if (part.number === 12) outputs.push(nameOf(file, part))
      }
    }
    for (const output of outputs) about.makers.set(output, makerOf(output, makers))
    return about
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new AppError(
      'model',
      `${path} is not an ONNX graph: ${error.message}`,
      'Fetch or export the file again; files of Git LFS must be fetched, not their pointers.',
      { cause: error },
    )
  } finally {
    file.close()
  }
}

interface Place {
  start: number
  end: number
}

function addEntry(file: FileBytes, at: Place, metadata: Map<string, string>): void {
  if (at.end - at.start > MOST_BYTES) return
  let [key, value] = ['', '']
  for (const { number, start, end } of file.fields(at.start, at.end)) {
    if (number === 1) key = textOf(file, start, end)
    if (number === 2) value = textOf(file, start, end)
  }
  metadata.set(key, value)
}

interface Maker {
  operator: string
  /** Its first input. */
  of: string
}

/** They change where values stand or how they are written, and not what they are. */
const REARRANGES = new Set([
  'Cast',
  'Clip',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
])

function makerOf(output: string, makers: ReadonlyMap<string, Maker>): string {
  let found = makers.get(output)
  for (let i = 0; i < 8 && found && REARRANGES.has(found.operator); i++)
    found = makers.get(found.of)
  return found?.operator ?? ''
}

function addMaker(file: FileBytes, at: Place, makers: Map<string, Maker>): void {
  let [operator, of] = ['', '']
  const made: string[] = []
  for (const { number, start, end } of file.fields(at.start, at.end)) {
    if (number === 1 && of === '') of = file.text(start, end)
    if (number === 2) made.push(file.text(start, end))
    if (number === 4) operator = file.text(start, end)
  }
  for (const name of made) makers.set(name, { operator, of })
}

function nameOf(file: FileBytes, at: Place): string {
  for (const { number, start, end } of file.fields(at.start, at.end)) {
    if (number === 1) return file.text(start, end)
  }
  return ''
}

function textOf(file: FileBytes, start: number, end: number): string {
  return Buffer.from(file.slice(start, end)).toString('utf8')
}
