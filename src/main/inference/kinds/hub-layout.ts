import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { readSmall } from '../../files/read-small.ts'

/** Variants of a graph as the hub's exporters name them, the one that is preferred first. */
const VARIANTS = ['', '_fp16', '_quantized', '_int8', '_uint8'] as const

/** A folder that is no model of the kind it was taken for; `lacks` names all that is missing. */
export class UnusableFolder extends AppError {
  readonly lacks: readonly string[]

  constructor(folder: string, title: string, lacks: readonly string[], hint: string) {
    super('invalid-input', `${folder} is not ${title} that can be used: ${lacks.join('; ')}`, hint)
    this.lacks = lacks
  }
}

/** The graphs of a folder in one of the usual places, or null. */
export function findGraphs(
  folder: string,
): { joint: string } | { image: string; text: string } | null {
  for (const suffix of VARIANTS) {
    for (const base of ['onnx/', '']) {
      const text = `${base}text_model${suffix}.onnx`
      const image = `${base}vision_model${suffix}.onnx`
      if (existsSync(join(folder, text)) && existsSync(join(folder, image))) return { image, text }
    }
  }
  for (const suffix of VARIANTS) {
    for (const base of ['onnx/', '']) {
      const joint = `${base}model${suffix}.onnx`
      if (existsSync(join(folder, joint))) return { joint }
    }
  }
  return null
}

/** "no NAME" for each of the files that is not there. */
export function missingFiles(folder: string, names: readonly string[]): string[] {
  return names
    .filter((name) => {
      const path = join(folder, name)
      return !existsSync(path) || !statSync(path).isFile()
    })
    .map((name) => `no ${name}`)
}

/**
 * A file of a model folder, parsed.
 * @param unusable makes the error of what is wrong with it
 * @param size what it may hold at most
 */
export function readModelJson<T>(
  folder: string,
  name: string,
  schema: z.ZodType<T>,
  unusable: (lacks: string[]) => AppError,
  size: 'manifest' | 'list' = 'manifest',
): T {
  let value: unknown
  try {
    value = JSON.parse(readSmall(join(folder, name), size))
  } catch (error) {
    throw unusable([`${name} is not JSON (${(error as Error).message})`])
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw unusable([`${name}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`])
}
