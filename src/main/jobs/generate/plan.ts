import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { GenerateInput } from '#shared/contract/jobs/generate.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { readSmall } from '../../files/read-small.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { SEEDS } from '../../generation/normal.ts'
import type { DiffusionModel } from '../../inference/kinds/diffusion/types.ts'
import type { PictureRecipe } from '../../generation/recipe.ts'

export const RUN_FILE = 'run.json'

/** One picture of a run. */
export interface PlannedPicture {
  file: string
  /** Place in the list of prompts, and of its pictures, from 0. */
  prompt: number
  take: number
  seed: string
}

/** What stands in `run.json`: the same for the same call, so that one that was killed is known again. */
export interface Run {
  format: 1
  software: string
  settings: Omit<PictureRecipe, 'prompt' | 'seed' | 'tiles'>
  prompts: string[]
  pictures: PlannedPicture[]
}

/** Most pictures of one run. */
const MOST = 100_000

/**
 * The prompts of an input, in order; empty lines of a file are left out.
 * @throws AppError `invalid-input` where there is none
 */
export function promptsOf({ prompts, file }: GenerateInput): { prompts: string[]; empty: number } {
  if (file === undefined) {
    if (prompts.length > 0) return { prompts, empty: 0 }
    throw new AppError('invalid-input', 'There is no prompt', {
      window: 'Write one, or choose a file with one a line.',
      command: 'Write one with --prompt, or name a file with one a line: --prompts FILE.',
    })
  }
  if (prompts.length > 0) {
    throw new AppError(
      'invalid-input',
      'There are prompts and a file of prompts',
      'Give one of them.',
    )
  }
  const lines = readSmall(file, 'list')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
  const said = lines.map((line) => line.trim()).filter((line) => line !== '')
  if (said.length === 0) {
    throw new AppError('invalid-input', `${file} holds no prompt`, 'Write one a line.')
  }
  // The end of the last line is no line.
  return { prompts: said, empty: lines.length - said.length - (lines.at(-1) === '' ? 1 : 0) }
}

/** Every picture of a run, prompt by prompt; seeds count up from the first. */
export function plannedPictures(prompts: number, count: number, seed: string): PlannedPicture[] {
  if (prompts * count > MOST) {
    throw new AppError(
      'invalid-input',
      `${prompts * count} pictures are too many for one run`,
      `Make at most ${MOST} at once.`,
    )
  }
  const digits = Math.max(4, String(prompts * count).length)
  return Array.from({ length: prompts * count }, (_, i) => ({
    file: `${String(i + 1).padStart(digits, '0')}.png`,
    prompt: Math.floor(i / count),
    take: i % count,
    seed: String((BigInt(seed) + BigInt(i)) % SEEDS),
  }))
}

export function settingsOf(
  model: DiffusionModel,
  more: Omit<Run['settings'], 'model'>,
): Run['settings'] {
  const { id, digest, manifest } = model
  return { model: { id, name: manifest.name, digest }, ...more }
}

/**
 * Writes `run.json` into a new folder, or finds that the same run was begun there.
 * @returns names of the pictures that are there already
 * @throws AppError `conflict` where the folder holds something else
 */
export function beginRun(folder: string, run: Omit<Run, 'format' | 'software'>): Set<string> {
  const whole: Run = { format: 1, software: SOFTWARE, ...run }
  const text = `${JSON.stringify(whole, null, 1)}\n`
  const path = join(folder, RUN_FILE)
  if (existsSync(path)) {
    if (readSmall(path, 'list') !== text) throw taken(`${folder} holds the pictures of another run`)
    return new Set(readdirSync(folder).filter((name) => name.endsWith('.png')))
  }
  mkdirSync(folder, { recursive: true })
  // What a kill leaves of a file that was being written is no picture.
  if (readdirSync(folder).some((name) => !name.endsWith('.tmp'))) {
    throw taken(`${folder} is not empty`)
  }
  writeWhole(path, text)
  return new Set()
}

function taken(message: string): AppError {
  return new AppError('conflict', message, {
    window: 'Choose another folder.',
    command: 'Choose another folder with --out; the very same call goes on where it stopped.',
  })
}
