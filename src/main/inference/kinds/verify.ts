import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import type { Device } from '#shared/contract/jobs.ts'
import { AppError, errorLine, systemMessage, toErrorValue } from '#shared/errors.ts'
import { TOKENIZERS_VERSION } from '../tokenize/library.ts'
import { readSmall } from '../../files/read-small.ts'
import type {
  AnyManifest,
  Check,
  Loaded,
  OpensModels,
  ResolvedModel,
  VerifyReport,
} from './define.ts'

/** What a model should give, beside its manifest; see docs/models.md. */
export const REFERENCE_FILE = 'reference.json'

/** Runs one check; what it throws is a check that failed. null = there was nothing to check. */
export type Attempt = (name: string, run: () => Promise<Check | null>) => Promise<void>

/**
 * Opens a model and runs the checks of its kind on it. Throws only when the device cannot be had.
 *
 * @param first checks that need no loaded model
 * @param run the others, in their order
 */
export async function verifyLoaded<M extends AnyManifest, L extends Loaded<M>>(
  model: ResolvedModel<M, L>,
  device: Device,
  host: OpensModels,
  first: readonly Check[],
  run: (loaded: L, attempt: Attempt) => Promise<void>,
): Promise<VerifyReport> {
  const checks = [...first]
  let loaded: L
  try {
    loaded = await host.open(model, device)
  } catch (error) {
    const value = toErrorValue(error)
    if (value.kind === 'unsupported') throw error
    return { ok: false, device, checks: [...checks, failed('the model loads', errorLine(error))] }
  }
  for (const reason of loaded.passedOver) checks.push(remark('device', reason))
  try {
    await run(loaded, async (name, attempt) => {
      try {
        const check = await attempt()
        if (check) checks.push(check)
      } catch (error) {
        checks.push(failed(name, errorLine(error)))
      }
    })
  } finally {
    await loaded.release()
  }
  return { ok: checks.every((check) => check.ok), device: loaded.device, checks }
}

/** Something that is said and not judged. */
export function remark(name: string, note: string): Check {
  return { name, ok: true, difference: null, bound: null, note }
}

function failed(name: string, note: string): Check {
  return { name, ok: false, difference: null, bound: null, note }
}

/** Whose code cuts texts into tokens. */
export function tokenizerRemark(): Check {
  return remark('tokenizer', `tokenizers ${TOKENIZERS_VERSION}, the reference implementation`)
}

/** The reference beside a model; null where there is none. Throws `model` for one that is wrong. */
export function readReference<T>(folder: string, schema: z.ZodType<T>): T | null {
  const path = join(folder, REFERENCE_FILE)
  if (!existsSync(path)) return null
  let value: unknown
  try {
    value = JSON.parse(readSmall(path, 'list'))
  } catch (error) {
    throw new AppError(
      'model',
      `${REFERENCE_FILE} is not JSON.`,
      'Write it again as docs/models.md describes.',
      {
        cause: error,
        details: systemMessage(error),
      },
    )
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'model',
    `${REFERENCE_FILE} cannot be used: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`,
    'Write it again as docs/models.md describes.',
  )
}

/** What is said where a model has no reference. */
export function noReference(): Check {
  return remark(
    'reference',
    `no ${REFERENCE_FILE} beside the model: compared with itself and the CPU only`,
  )
}

/** "torch 2.13.0, transformers 5.0.0" */
export function makersOf(madeBy: Record<string, string>): string {
  return Object.entries(madeBy)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

export function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
