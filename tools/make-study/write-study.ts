import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import sharp from 'sharp'
import { FAULTS } from './faults.ts'
import type { ModelName, Picture } from './faults.ts'
import { nounPhrase } from './ladders.ts'
import { withText } from './png-text.ts'
import { drawnSvg } from './study.ts'
import type { Drawn } from './study.ts'
import { ASPECTS } from './truth.ts'

/** What the pictures say that they were made with; the drawing program has no such settings. */
const SETTINGS = { steps: 25, sampler: 'Euler a', cfgScale: 7 } as const

const csv = (columns: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  stringify([columns, ...rows])

/** `group,level,kind,prompt`, a row a prompt. */
export function promptsCsv(study: readonly Drawn[]): string {
  const prompts = new Map(study.map(({ prompt }) => [`${prompt.group}_${prompt.level}`, prompt]))
  return csv(
    ['group', 'level', 'kind', 'prompt'],
    [...prompts.values()].map(({ group, level, kind, text }) => [group, level, kind, text]),
  )
}

/** `file,prompt,group,level,kind,seed,model,steps,cfg_scale,width,height`, a row a picture. */
export function manifestCsv(drawn: readonly Drawn[], size: number): string {
  return csv(
    [
      'file',
      'prompt',
      'group',
      'level',
      'kind',
      'seed',
      'model',
      'steps',
      'cfg_scale',
      'width',
      'height',
    ],
    drawn.map(({ file, prompt, seed, model }) => [
      file,
      prompt.text,
      prompt.group,
      prompt.level,
      prompt.kind,
      seed,
      model,
      SETTINGS.steps,
      SETTINGS.cfgScale,
      size,
      size,
    ]),
  )
}

/** The text that AUTOMATIC1111's web UI writes into a picture. */
export function parametersText({ prompt, seed, model }: Drawn, size: number): string {
  const { steps, sampler, cfgScale } = SETTINGS
  return (
    `${prompt.text}\n` +
    `Steps: ${steps}, Sampler: ${sampler}, CFG scale: ${cfgScale}, Seed: ${seed}, ` +
    `Size: ${size}x${size}, Model: ${model}`
  )
}

const shownWords = ({ things, background, night }: Picture): string =>
  `${things.map((thing) => nounPhrase(thing)).join('; ')}; ${background}${night ? ', night' : ''}`

/** What is true of every picture: what was asked, what is shown, what was planted, how it rates. */
export function truthCsv(study: readonly Drawn[]): string {
  return csv(
    [
      'model',
      'group',
      'level',
      'kind',
      'prompt',
      'seed',
      'file',
      'shown',
      'possible',
      'faults',
      ...ASPECTS,
    ],
    study.map(({ model, prompt, seed, file, picture, ratings }) => [
      model,
      prompt.group,
      prompt.level,
      prompt.kind,
      prompt.text,
      seed,
      file,
      shownWords(picture),
      FAULTS.filter((fault) => picture.possible.includes(fault)).join('; '),
      FAULTS.filter((fault) => picture.faults.includes(fault)).join('; '),
      ...ASPECTS.map((aspect) => ratings[aspect]),
    ]),
  )
}

/** The picture as PNG with a palette; with the generator's text where asked. */
export async function drawnPng(drawn: Drawn, size: number, labelled: boolean): Promise<Buffer> {
  const png = await sharp(Buffer.from(drawnSvg(drawn, size)))
    .flatten({ background: '#ffffff' })
    // Without dither: flat areas stay flat, and small.
    .png({ palette: true, colours: 96, dither: 0, effort: 10, compressionLevel: 9 })
    .toBuffer()
  return labelled ? withText(png, 'parameters', parametersText(drawn, size)) : png
}

/** Whose pictures carry their prompt in themselves; the others have a manifest beside them. */
export const LABELLED: ModelName = 'base'

/**
 * Writes `prompts.csv` and a folder for each model. Folders of models that are there are emptied.
 * Returns the bytes of all pictures.
 */
export async function writeStudy(
  folder: string,
  study: readonly Drawn[],
  size: number,
  report: (done: number, total: number) => void = () => {},
): Promise<number> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'prompts.csv'), promptsCsv(study))
  let bytes = 0
  for (const model of new Set(study.map((drawn) => drawn.model))) {
    const place = join(folder, model)
    await rm(place, { recursive: true, force: true })
    await mkdir(place)
    const own = study.filter((drawn) => drawn.model === model)
    if (model !== LABELLED) await writeFile(join(place, 'manifest.csv'), manifestCsv(own, size))
    for (let at = 0; at < own.length; at += 8) {
      const some = own.slice(at, at + 8)
      const files = await Promise.all(
        some.map(async (drawn) => {
          const png = await drawnPng(drawn, size, model === LABELLED)
          await writeFile(join(place, drawn.file), png)
          return png.length
        }),
      )
      bytes += files.reduce((sum, length) => sum + length, 0)
      report(study.indexOf(some[0] as Drawn) + some.length, study.length)
    }
  }
  return bytes
}
