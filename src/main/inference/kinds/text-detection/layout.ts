import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** Files of a folder that finds text, relative to it. */
export interface TextLayout {
  detector: string
  recogniser: string | null
}

/** Names that exporters give, and folders in which the graphs of one program lie. */
const DETECTORS = [
  'detection.onnx',
  'det.onnx',
  'det/inference.onnx',
  'det/model.onnx',
  'detection/model.onnx',
  'inference.onnx',
  'model.onnx',
]
const RECOGNISERS = [
  'recognition.onnx',
  'rec.onnx',
  'rec/inference.onnx',
  'rec/model.onnx',
  'recognition/model.onnx',
]
/** `ch_PP-OCRv4_det_infer.onnx`, `db_mobilenet_v3_large-det.onnx`. */
export const DETECTOR_NAME = /(^|[_-])det([_-]|\.|ection)[^/]*\.?onnx$/i
export const RECOGNISER_NAME = /(^|[_-])rec([_-]|\.|ognition)[^/]*\.?onnx$/i
const DICTIONARY = /(dict|keys|alphabet|characters)[^/]*\.txt$/i

/** Where the graphs lie; null where none is named like a detector. */
export function textLayout(folder: string): TextLayout | null {
  const detector = firstOf(folder, DETECTORS) ?? onlyOne(folder, DETECTOR_NAME)
  if (detector === null) return null
  return {
    detector,
    recogniser: firstOf(folder, RECOGNISERS) ?? onlyOne(folder, RECOGNISER_NAME),
  }
}

/**
 * What describes a graph, beside it: a file of its name, or in a folder of its own what the
 * exporters write.
 * @param shared whether another graph lies in the same folder, to which `inference.yml` may belong
 */
export function descriptionOf(folder: string, graph: string, shared: boolean): string | null {
  const stem = graph.replace(/\.onnx$/, '')
  const own = ['.yml', '.yaml', '.json'].map((ending) => stem + ending)
  const usual = ['inference.yml', 'inference.yaml', 'config.json']
  return firstOf(folder, [
    ...own,
    ...(shared ? [] : usual.map((name) => posix.join(dirname(graph), name))),
  ])
}

/** A list of characters beside a recogniser. */
export function dictionaryOf(folder: string, graph: string): string | null {
  const own = firstOf(folder, [graph.replace(/\.onnx$/, '.txt')])
  if (own !== null) return own
  for (const place of new Set([dirname(graph), '.'])) {
    const found = onlyOne(join(folder, place), DICTIONARY)
    if (found !== null) return posix.join(place, found)
  }
  return null
}

function firstOf(folder: string, names: readonly string[]): string | null {
  return names.find((name) => isFile(join(folder, name))) ?? null
}

function onlyOne(folder: string, pattern: RegExp): string | null {
  if (!existsSync(folder)) return null
  const found = readdirSync(folder).filter(
    (name) => pattern.test(name) && isFile(join(folder, name)),
  )
  return found.length === 1 ? (found[0] as string) : null
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}
