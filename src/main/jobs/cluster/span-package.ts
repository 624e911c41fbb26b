import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { SpanPackageInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'
import { OutputFolder } from '../../export/folder.ts'
import type { OutputFile } from '../../export/folder.ts'
import { discard, fileError, makePartial, publish } from '../../export/target.ts'
import { longestSentence, nearestBlock } from '../../labeling/baselines.ts'
import {
  FORMAT_UNITS,
  labelStudioConfig,
  SPAN_FORMATS,
  writeSpans,
} from '../../labeling/span-formats.ts'
import type { LabeledText, SpanFormat } from '../../labeling/span-formats.ts'
import { exactMatch, iou, overlapF1 } from '../../labeling/span-metrics.ts'
import type { MaybeSpan } from '../../labeling/span-metrics.ts'
import { SPLITS } from '../../labeling/split-by-site.ts'
import type { Split } from '../../labeling/split-by-site.ts'
import { checkOutside } from '../run/check-outside.ts'
import type { JobContext } from '../run/job.ts'
import { collectTrainingData } from '../spans/training-data.ts'
import type { TrainingSet, TrainingText } from '../spans/training-data.ts'
import { spanPackage } from '#shared/contract/jobs/span-package.ts'
import { implementJob } from '../run/implement.ts'
import { readSmall } from '../../files/read-small.ts'
import { openReader } from '../../store/open.ts'
import { versionsOf } from '../../store/reads/version-query.ts'

const PACKAGE_MANIFEST = 'gleaner-package.json'
/** Without what says only where it lies. */
const Recipe = SpanPackageInput.omit({ corpus: true, out: true })

/** What the folder says of itself; the launch job reads it. */
export const PackageManifest = z.object({
  kind: z.literal('gleaner-span-package'),
  format: z.literal(1),
  createdAt: z.string(),
  /** Over the files that decide what comes out: data, script, configuration. */
  contentHash: z.string(),
  software: z.string(),
  input: Recipe,
  /** The versions that its filter names. */
  versions: z.array(z.object({ name: z.string(), hash: z.string() })).optional(),
  splits: z.array(
    z.object({
      split: z.enum(SPLITS),
      texts: z.number().int(),
      answers: z.number().int(),
      sites: z.number().int(),
    }),
  ),
  origins: z.array(z.object({ origin: z.string(), n: z.number().int() })),
  baselines: z.array(
    z.object({
      name: z.string(),
      n: z.number().int(),
      exactMatch: z.number(),
      iou: z.number(),
      f1: z.number(),
    }),
  ),
  warnings: z.array(z.string()),
  files: z.array(z.object({ path: z.string(), bytes: z.number().int(), sha256: z.string() })),
})
export type PackageManifest = z.infer<typeof PackageManifest>

/** Files of `resources/span-package` that go along as they are. */
const SCRIPTS = ['train.py', 'spans.py', 'requirements.txt', 'job.sh']
/** Texts that are turned into a file's words at once. */
const CHUNK = 500
const ENDINGS: Record<SpanFormat, string> = {
  squad: 'json',
  huggingface: 'jsonl',
  'label-studio': 'json',
  prodigy: 'jsonl',
  doccano: 'jsonl',
}
/** Formats whose file is one list; the others are lines. */
const LISTS: readonly SpanFormat[] = ['squad', 'label-studio']
/** Tokens that two windows of a long text share. */
const STRIDE = 128
const MAX_SPAN_TOKENS = 64

/**
 * Writes everything that is needed to fine-tune a whole model elsewhere: data by split in five
 * formats, the script with the losses and measures of this program, its settings, pinned packages
 * and instructions. The folder appears when it is whole.
 * @param resources the program's own `resources/`
 * @throws AppError `invalid-input` (nothing to learn from; a folder in the corpus), `conflict` (the
 *   folder holds something else), `io`
 */
export async function runSpanPackage(
  corpus: { readonly path: string },
  input: SpanPackageInput,
  ctx: JobContext,
  resources: string,
): Promise<void> {
  const out = resolve(input.out)
  checkOutside(corpus.path, out)
  const before = await inspectPackage(out)
  ctx.progress({ done: 0, total: null, unit: 'texts', note: 'collecting labels and alt texts' })
  const set = await collectTrainingData(corpus, input, ctx.entries, ctx.signal)
  let partial: string | null = null
  try {
    if (ctx.signal.aborted) return
    for (const warning of set.warnings) ctx.warn(warning)
    for (const name of ['train', 'validation'] as const) {
      if ((set.splits.find(({ split }) => split === name)?.texts ?? 0) > 0) continue
      throw new AppError(
        'invalid-input',
        `There is no text in the split ${name}.`,
        set.warnings[0] ?? 'Label pairs of more sites.',
      )
    }
    partial = await makePartial(out)
    const manifest = await writePackage(
      partial,
      set,
      input,
      ctx,
      resources,
      namedVersions(corpus.path, input),
    )
    if (manifest === null) return
    if (before !== null) {
      if (before.contentHash !== manifest.contentHash) {
        throw new AppError(
          'conflict',
          `${out} holds a package of other data.`,
          'Choose a new folder, or remove this one first.',
        )
      }
      ctx.result('State', 'already there, nothing was written')
    } else {
      await publish(partial, out)
      partial = null
    }
    ctx.result('Folder', out)
    for (const { split, texts, answers, sites } of manifest.splits) {
      ctx.result(split, `${texts} texts, ${answers} with a description, ${sites} sites`)
    }
    ctx.result('Content hash', manifest.contentHash)
    ctx.result('Next', `run job.sh there, or launch it from the Train view`)
  } catch (error) {
    throw fileError(error, out)
  } finally {
    set.close()
    if (partial !== null) await discard(partial)
  }
}

/** The manifest of a package; null where the place is free. @throws AppError `conflict` */
async function inspectPackage(out: string): Promise<PackageManifest | null> {
  const names = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new AppError('conflict', `${out} exists and is no folder.`, 'Choose a new folder.')
  })
  return names.length === 0 ? null : readPackage(out)
}

/** @throws AppError `conflict` for a folder that this program did not write. */
export async function readPackage(folder: string): Promise<PackageManifest> {
  try {
    return PackageManifest.parse(JSON.parse(readSmall(join(folder, PACKAGE_MANIFEST), 'list')))
  } catch {
    throw new AppError('conflict', `${folder} is no training package.`, {
      window: 'Write one in the Train view.',
      command: 'Write one with gleaner spans package.',
    })
  }
}

/** The versions that the texts are chosen by. */
function namedVersions(path: string, { where }: SpanPackageInput): ReturnType<typeof versionsOf> {
  const db = openReader(path)
  try {
    return versionsOf(db, where)
  } finally {
    db.close()
  }
}

async function writePackage(
  partial: string,
  set: TrainingSet,
  input: SpanPackageInput,
  ctx: JobContext,
  resources: string,
  versions: ReturnType<typeof versionsOf>,
): Promise<PackageManifest | null> {
  const folder = new OutputFolder(partial)
  try {
    const written = await writeData(folder, set, ctx)
    if (written === null) return null
    const { baselines, types } = written
    for (const name of SCRIPTS) {
      await folder.put(name, await readFile(join(resources, 'span-package', name)))
    }
    await folder.put('data/label-studio/config.xml', labelStudioConfig(types))
    const hash = createHash('sha256')
    for (const { path, sha256 } of [...folder.listed].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      hash.update(`${sha256}  ${path}\n`)
    }
    const recipe = Recipe.parse(input)
    hash.update(JSON.stringify(recipe))
    if (versions.versions) hash.update(JSON.stringify(versions.versions))
    const contentHash = hash.digest('hex')
    const slug = input.base.split(/[\\/]/).filter(Boolean).at(-1) ?? 'model'
    const name = `${slug.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')}-spans-${contentHash.slice(0, 8)}`
    const config = {
      base: input.base,
      name,
      title: `Descriptions, ${slug} fine-tuned`,
      description: `Finds the words that describe a picture in the text around it. Trained on ${countsOf(set, 'train')}.`,
      seed: input.seed,
      epochs: input.epochs,
      batch_size: input.batchSize,
      learning_rate: input.learningRate,
      weight_decay: 0.01,
      warmup: 0.1,
      max_length: input.maxLength,
      stride: Math.min(STRIDE, Math.floor(input.maxLength / 4)),
      max_span_tokens: MAX_SPAN_TOKENS,
      loss: { cross_entropy: input.crossEntropy, soft_iou: input.softIou, smoothing: 1 },
      baselines,
    }
    await folder.put('config.json', `${JSON.stringify(config, null, 2)}\n`)
    await folder.put('README.md', readme(set, config, baselines))
    await folder.finish()
    const manifest: PackageManifest = {
      kind: 'gleaner-span-package',
      format: 1,
      createdAt: new Date().toISOString(),
      contentHash,
      software: SOFTWARE_VERSION,
      input: recipe,
      ...versions,
      splits: set.splits,
      origins: set.origins,
      baselines,
      warnings: set.warnings,
      files: folder.listed,
    }
    const text = `${JSON.stringify(manifest, null, 2)}\n`
    await writeFile(join(partial, PACKAGE_MANIFEST), text, { flush: true })
    await folder.syncFolders()
    return manifest
  } catch (error) {
    await folder.abandon()
    throw error
  }
}

interface Written {
  baselines: PackageManifest['baselines']
  types: string[]
}

/** Every text into its split's file of each format. null = canceled. */
async function writeData(
  folder: OutputFolder,
  set: TrainingSet,
  ctx: JobContext,
): Promise<Written | null> {
  const files = new Map<string, OutputFile>()
  const begun = new Set<string>()
  const waiting = new Map<Split, LabeledText[]>(SPLITS.map((split) => [split, []]))
  const types = new Set<string>()
  const guesses = [
    {
      name: 'nearest block',
      of: (text: TrainingText) => nearestBlock(text.context, text.distances),
    },
    { name: 'longest sentence', of: (text: TrainingText) => longestSentence(text.context) },
  ].map((guess) => ({ ...guess, n: 0, exactMatch: 0, iou: 0, f1: 0 }))

  for (const split of SPLITS) {
    for (const format of SPAN_FORMATS) {
      const path = pathOf(format, split)
      files.set(path, await folder.open(path))
    }
  }
  async function flush(split: Split): Promise<void> {
    const texts = waiting.get(split) ?? []
    if (texts.length === 0) return
    waiting.set(split, [])
    for (const format of SPAN_FORMATS) {
      const path = pathOf(format, split)
      const file = files.get(path) as OutputFile
      const whole = writeSpans(format, texts)
      if (!LISTS.includes(format)) {
        await file.write(whole)
        continue
      }
      const from = whole.indexOf('[') + 1
      const to = whole.lastIndexOf(']')
      await file.write(`${begun.has(path) ? ',' : whole.slice(0, from)}\n${whole.slice(from, to)}`)
      begun.add(path)
    }
  }

  let done = 0
  const total = set.items.length
  for (const text of set.texts()) {
    if (ctx.signal.aborted) return null
    for (const { type } of text.spans) types.add(type)
    if (text.split === 'test') for (const guess of guesses) measure(guess, guess.of(text), text)
    const list = waiting.get(text.split) as LabeledText[]
    list.push(labeled(text))
    if (list.length >= CHUNK) {
      await flush(text.split)
      ctx.progress({ done, total, unit: 'texts', note: 'writing data' })
    }
    done++
  }
  for (const split of SPLITS) {
    await flush(split)
    for (const format of SPAN_FORMATS) {
      const path = pathOf(format, split)
      const file = files.get(path) as OutputFile
      if (LISTS.includes(format)) {
        const empty = writeSpans(format, [])
        const at = empty.lastIndexOf(']')
        await file.write(begun.has(path) ? `\n${empty.slice(at)}` : empty)
      }
      await file.close()
    }
  }
  ctx.progress({ done, total, unit: 'texts', note: 'writing data' })
  return {
    types: [...types].sort(),
    baselines: guesses.map(({ name, n, ...sums }) => ({
      name,
      n,
      exactMatch: n === 0 ? 0 : sums.exactMatch / n,
      iou: n === 0 ? 0 : sums.iou / n,
      f1: n === 0 ? 0 : sums.f1 / n,
    })),
  }
}

/** `data/SPLIT.json` is what the script reads. */
const pathOf = (format: SpanFormat, split: Split): string =>
  format === 'squad' ? `data/${split}.json` : `data/${format}/${split}.${ENDINGS[format]}`

function labeled(text: TrainingText): LabeledText {
  return {
    id: text.id,
    text: text.context.text,
    spans: text.spans,
    meta: {
      image: text.imageUrl,
      page: text.pageUrl,
      site: text.site,
      split: text.split,
      origin: text.origin,
      picture_offset: text.context.picture,
    },
  }
}

function measure(
  sums: { n: number; exactMatch: number; iou: number; f1: number },
  guess: MaybeSpan,
  text: TrainingText,
): void {
  const gold = text.spans[0]
  if (!gold) return
  sums.n++
  sums.exactMatch += exactMatch(guess, gold)
  sums.iou += iou(guess, gold)
  sums.f1 += overlapF1(guess ? [guess] : [], [gold]).f1
}

function countsOf(set: TrainingSet, split: Split): string {
  const counts = set.splits.find((one) => one.split === split)
  return `${counts?.texts ?? 0} texts of ${counts?.sites ?? 0} sites, ${counts?.answers ?? 0} with a description`
}

function readme(
  set: TrainingSet,
  config: { base: string; name: string; epochs: number; seed: number },
  baselines: PackageManifest['baselines'],
): string {
  const units = SPAN_FORMATS.map((format) => {
    const where = format === 'squad' ? '`data/*.json`' : `\`data/${format}/\``
    const unit = FORMAT_UNITS[format] === 'utf-16' ? 'UTF-16 code units' : 'Unicode code points'
    return `| ${format} | ${where} | ${unit} |`
  })
  const counts = set.splits.map(
    ({ split, texts, answers, sites }) => `| ${split} | ${texts} | ${answers} | ${sites} |`,
  )
  const origins = set.origins.map(({ origin, n }) => `${origin} ${n}`).join(', ')
  const measured = baselines.map(
    ({ name, n, exactMatch, iou, f1 }) =>
      `| ${name} | ${n} | ${exactMatch.toFixed(4)} | ${iou.toFixed(4)} | ${f1.toFixed(4)} |`,
  )
  return `# Fine-tuning ${config.base} to find descriptions of pictures

Written by Gleaner ${SOFTWARE_VERSION}.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    PYTHON=venv/bin/python sh job.sh

That is all: it trains ${config.epochs} epochs (seed ${config.seed}), keeps the best by IoU on the validation split,
calibrates it, measures it on the test split and writes \`model/\`. A run that was ended goes on from
its last epoch when it is started again. \`base\` in \`config.json\` is the name or folder of the model
that is fine-tuned; a model on this machine needs no network.

- \`run/log.txt\` the log, \`run/metrics.jsonl\` one line for each epoch, \`run/result.json\` the test
- \`model/\` the way back: in Gleaner, Train, "Add a model" (or \`gleaner spans predict CORPUS --model
  model\`) takes this folder as it is
- on a cluster: \`mkdir -p run && sbatch --parsable job.sh\`

## Data

Texts around pictures: before the picture, its caption, after it, joined by a line feed;
\`meta.picture_offset\` says where the picture stands (code points). The first answer of a text is
trained on. Split by site: no site and no text of the test split is in training.

| split | texts | with a description | sites |
| --- | --- | --- | --- |
${counts.join('\n')}

Where answers come from: ${origins || 'none'}.

| format | files | offsets count |
| --- | --- | --- |
${units.join('\n')}

## To beat

Guesses without a model, on the test split's texts with a description (code points):

| guess | n | exact match | IoU | F1 |
| --- | --- | --- | --- | --- |
${measured.join('\n')}
${set.warnings.length > 0 ? `\n## Warnings\n\n${set.warnings.map((line) => `- ${line}`).join('\n')}\n` : ''}
## Losses and measures

\`spans.py\` holds them: sparse categorical cross-entropy of start and end (mean of both) plus soft
IoU, weighted as \`config.json\` says; position 0 ([CLS]) is "no answer". They are the same as in the
program and compared with it by its tests.
`
}

export const spanPackageJob = implementJob(spanPackage, ({ corpus, input, context, machine }) =>
  runSpanPackage(corpus, input, context, machine.resources),
)
