/** A graph whose weights hold a NaN must be refused loudly, whatever runs it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pictureText } from '../../src/main/inference/kinds/picture-text/kind.ts'
import type { InferenceHost } from '../../src/main/inference/host/client.ts'
import {
  floatsOf,
  readOnnxFile,
  weightOf,
  writeOnnxFile,
} from '../../src/main/inference/onnx/onnx-file.ts'
import { ONNX_FLOAT } from '../../src/main/inference/onnx/onnx-header.ts'
import { resolveFolder } from '../../src/main/inference/models/registry.ts'
import { AppError } from '../../src/shared/errors.ts'
import { emptyFolders, MODELS } from '../support/models.ts'
import { ODD_PICTURES, FIXTURES, type Row } from './checks.ts'

/** What the picture tower says with one number of its weights replaced; null = it gave vectors. */
export async function refusalWith(host: InferenceHost, value: number): Promise<string | null> {
  const folder = join(mkdtempSync(join(tmpdir(), 'gleaner-nan-')), 'tiny-clip')
  try {
    cpSync(join(MODELS, 'tiny-clip'), folder, { recursive: true })
    const graph = join(folder, 'onnx/vision_model.onnx')
    const file = readOnnxFile(graph)
    for (const [name, weight] of file.weights) {
      if (weight.type !== ONNX_FLOAT || weight.dims.length !== 2) continue
      const values = floatsOf(weight).slice()
      values[0] = value
      file.weights.set(name, weightOf(ONNX_FLOAT, weight.dims, values))
      break
    }
    writeOnnxFile(graph, file)
    const loaded = await host.open(await resolveFolder(emptyFolders(), pictureText, folder), 'cpu')
    try {
      const path = join(FIXTURES, 'pictures', ODD_PICTURES[0]?.file ?? '')
      await loaded.encodeImages([{ path }])
      return null
    } catch (error) {
      return error instanceof AppError && error.kind === 'model' ? error.message : null
    } finally {
      await loaded.release()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function nanRow(host: InferenceHost): Promise<Row> {
  const answers: (string | null)[] = []
  for (const value of [NaN, Infinity]) answers.push(await refusalWith(host, value))
  const refused = answers.filter((answer) => answer !== null).length
  return {
    what: 'A graph with a NaN or an infinite weight is refused, never scored',
    n: `${answers.length} graphs`,
    reference: 'none: an error is expected',
    bound: 0,
    largest: answers.length - refused,
    ok: refused === answers.length,
    note: `counts graphs that gave vectors; the message: ${answers[0] ?? 'none'}`,
  }
}
