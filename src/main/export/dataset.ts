import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AppError } from '#shared/errors.ts'
import { isBlank } from '#shared/export-needs.ts'
import { datasetCard } from './card.ts'
import { CHECKSUMS, OutputFolder, within } from './folder.ts'
import { FORMATS } from './formats.ts'
import { notesOf } from './notes.ts'
import { MANIFEST, makeManifest, sameExport } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { whyNotPillow } from './pillow.ts'
import { EXTENSIONS, sniffPicture } from './picture-type.ts'
import { discard, fileError, inspectTarget, isWhole, makePartial, publish } from './target.ts'
import { wellFormed } from './text.ts'
import { DATASET_SPLITS } from './types.ts'
import type {
  DatasetSplit,
  DatasetWriter,
  ExportCorpus,
  ExportCounts,
  ExportHooks,
  ExportItem,
  ExportRecipe,
  Format,
  Sample,
  SamplePicture,
} from './types.ts'
import { sha256Of } from '../files/digest.ts'
import { BlobDamage } from '../files/sound-blob.ts'

/** The reason for a picture that the usual readers of datasets refuse. */
const UNREADABLE = 'picture-unreadable'
/** Others get their turn so often: calls, cancelation, progress. */
const TURN_MS = 20

export interface ExportResult {
  /** The folder held this export before; nothing was written. */
  alreadyThere: boolean
  manifest: Manifest
}

/**
 * Writes a dataset. Items are read one by one and never held; the folder gets its name when
 * everything in it is on the disk, and does not exist before.
 *
 * @param out the folder to make.
 * @param formats replaces the built-in formats.
 * @throws AppError `conflict` (the folder holds something else), `invalid-input` (no pair is left),
 *   `canceled`, `io` (disk full, not writable).
 */
export async function exportDataset(
  items: AsyncIterable<ExportItem>,
  recipe: ExportRecipe,
  corpus: ExportCorpus,
  out: string,
  hooks: ExportHooks,
  formats: Readonly<Record<string, Format>> = FORMATS,
): Promise<ExportResult> {
  const format = formats[recipe.format]
  if (!format) throw new AppError('unsupported', `No such export format: ${recipe.format}`)
  const target = resolve(out)
  const existing = await inspectTarget(target).catch((error: unknown) => {
    throw fileError(error, target)
  })
  if (existing) return settleExisting(existing, recipe, corpus, target)
  const partial = await makePartial(target).catch((error: unknown) => {
    throw fileError(error, target)
  })
  const folder = new OutputFolder(partial)
  try {
    const counts = await writeSamples(items, format, recipe, folder, hooks)
    const notes = notesOf(format, recipe, counts)
    await folder.put('README.md', datasetCard(format, recipe, corpus, counts, notes))
    await hooks.beside?.(folder, counts, format)
    const checksums = await folder.finish()
    const manifest = makeManifest({
      recipe,
      corpus,
      counts,
      notes,
      files: {
        // The list of checksums is a file too; the manifest itself is not counted.
        total: folder.files + 1,
        bytes: folder.bytes + checksums.bytes,
        checksums,
        list: folder.listed,
      },
      createdAt: new Date(),
    })
    await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, {
      flush: true,
    })
    await folder.syncFolders()
    stopIfCanceled(hooks.signal)
    await publish(partial, target)
    return { alreadyThere: false, manifest }
  } catch (error) {
    await folder.abandon()
    await discard(partial).catch((cause: unknown) => {
      hooks.warn(`${partial} could not be removed: ${String(cause)}`)
    })
    throw fileError(error, target)
  }
}

async function settleExisting(
  manifest: Manifest,
  recipe: ExportRecipe,
  corpus: ExportCorpus,
  out: string,
): Promise<ExportResult> {
  if (!sameExport(manifest, recipe, corpus)) {
    throw new AppError(
      'conflict',
      `${out} holds an export of another recipe, or of the corpus as it was before.`,
      'Choose a new folder, or remove this one first.',
    )
  }
  if (!(await isWhole(out, manifest))) {
    throw new AppError(
      'conflict',
      `${out} holds this export, but files of it are missing or changed.`,
      `Remove the folder and export again, or look for the damage with: sha256sum -c ${CHECKSUMS}`,
    )
  }
  return { alreadyThere: true, manifest }
}

async function writeSamples(
  items: AsyncIterable<ExportItem>,
  format: Format,
  recipe: ExportRecipe,
  folder: OutputFolder,
  hooks: ExportHooks,
): Promise<ExportCounts> {
  const counts: ExportCounts = {
    matched: 0,
    exported: 0,
    pictures: 0,
    pictureBytes: 0,
    skipped: { ...hooks.leftOut },
  }
  const writers = new Map<DatasetSplit | null, DatasetWriter>()
  const writerOf = (part: DatasetSplit | null): DatasetWriter => {
    let writer = writers.get(part)
    if (!writer) {
      const place = part === null ? folder : within(folder, part)
      writers.set(part, (writer = format.open(place, recipe, hooks.archive ?? null)))
    }
    return writer
  }
  const splits = countSplits()
  if (recipe.pictures && format.needs.pictures !== null) counts.enlarged = 0
  const damaged = { n: 0, first: '' }
  const strict = { n: 0, first: '' }
  let unscored = 0
  let turn = performance.now()
  for await (const item of items) {
    stopIfCanceled(hooks.signal)
    counts.matched++
    const looked = await examine(item, format)
    const sample = typeof looked === 'string' ? looked : await converted(looked, counts, hooks)
    const part = item.split?.part ?? null
    const added = typeof sample === 'string' ? sample : await writerOf(part).add(sample)
    if (typeof sample === 'string' || typeof added === 'string') {
      const reason = String(added)
      counts.skipped[reason] = (counts.skipped[reason] ?? 0) + 1
      if (reason === 'picture-damaged' || reason === 'picture-lost') {
        if (damaged.n++ === 0) damaged.first = item.pair.image.url
      }
      if (sample === UNREADABLE && strict.n++ === 0) strict.first = await tellUnreadable(item)
    } else {
      if (added) {
        counts.pictures++
        counts.pictureBytes += sample.picture?.bytes.byteLength ?? 0
      }
      counts.exported++
      if (item.split) splits.add(item.split)
      if (sample.cosine === null) unscored++
    }
    hooks.progress(counts.matched)
    if (performance.now() - turn > TURN_MS) {
      await setImmediate()
      turn = performance.now()
    }
  }
  stopIfCanceled(hooks.signal)
  if (damaged.n > 0) {
    hooks.warn(
      `${damaged.n} pictures of the corpus are lost or damaged and were left out, the first: ${damaged.first}`,
    )
  }
  if (strict.n > 0) {
    hooks.warn(
      `${strict.n} pictures that open here would not open in Pillow and were left out, the first: ${strict.first}`,
    )
  }
  for (const n of Object.values(hooks.leftOut ?? {})) counts.matched += n
  if (counts.exported === 0) throw nothingLeft(counts)
  if (unscored > 0 && unscored < counts.exported) {
    hooks.warn(
      `${unscored} of the ${counts.exported} exported pairs have no score; \`similarity\` is null there. Some readers want all or none: the filter score:* leaves them out.`,
    )
  }
  for (const part of [null, ...DATASET_SPLITS]) await writers.get(part)?.finish()
  if (recipe.split) counts.splits = splits.counts()
  counts.skipped = Object.fromEntries(
    Object.entries(counts.skipped).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  return counts
}

/** The sample with its picture as the recipe chooses. A string is the reason why it is skipped. */
async function converted(
  sample: Sample,
  counts: ExportCounts,
  hooks: ExportHooks,
): Promise<Sample | string> {
  const { pair, picture } = sample
  if (!hooks.convert || !picture) return sample
  const made = await hooks.convert(picture.bytes)
  if (typeof made === 'string') return made
  const mime = sniffPicture(made.bytes)
  const extension = mime === null ? undefined : EXTENSIONS[mime]
  if (mime === null || extension === undefined) return 'picture-unwritable'
  if (made.enlarged) counts.enlarged = (counts.enlarged ?? 0) + 1
  const { bytes, width, height } = made
  const sha256 = sha256Of(bytes)
  return {
    ...sample,
    pair: { ...pair, image: { ...pair.image, width, height, mime, sha256 } },
    picture: { bytes, sha256, mime, extension },
    original: { width: pair.image.width, height: pair.image.height, sha256: picture.sha256 },
  }
}

function countSplits() {
  const sites = new Map<DatasetSplit, { pairs: number; sites: Set<string> }>()
  return {
    add({ part, site }: { part: DatasetSplit; site: string }): void {
      let entry = sites.get(part)
      if (!entry) sites.set(part, (entry = { pairs: 0, sites: new Set() }))
      entry.pairs++
      entry.sites.add(site)
    },
    counts: (): NonNullable<ExportCounts['splits']> =>
      Object.fromEntries(
        DATASET_SPLITS.map((part) => {
          const entry = sites.get(part)
          return [part, { pairs: entry?.pairs ?? 0, sites: entry?.sites.size ?? 0 }]
        }),
      ),
  }
}

function nothingLeft(counts: ExportCounts): AppError {
  const reasons = Object.entries(counts.skipped).map(([reason, n]) => `${reason} ${n}`)
  return new AppError(
    'invalid-input',
    counts.matched === 0
      ? 'Nothing to export: no pair matches the filter.'
      : `Nothing to export: none of the ${counts.matched} pairs that match the filter can be written (${reasons.join(', ')}).`,
    'Change the filter, the text source or the format.',
  )
}

function stopIfCanceled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('canceled', 'The export was canceled.')
}

/** Checks a pair against what its format takes. A string is the reason why it is skipped. */
export async function examine(item: ExportItem, format: Format): Promise<Sample | string> {
  if (format.needs.text && (item.text === null || isBlank(item.text))) return 'no-text'
  let picture: SamplePicture | null = null
  if (format.needs.pictures !== null) {
    if (!item.picture) return 'no-picture'
    const found = await readPicture(item.picture, item.pair.image.sha256, format.needs.pictures)
    if (typeof found === 'string') return found
    picture = found
  }
  return {
    pair: wellFormed(item.pair),
    text: (item.text ?? '').toWellFormed(),
    source: item.source ?? null,
    cosine: item.cosine,
    original: null,
    picture,
  }
}

async function readPicture(
  read: () => Promise<Uint8Array>,
  expected: string | null,
  types: readonly string[],
): Promise<SamplePicture | string> {
  let bytes: Uint8Array
  try {
    bytes = await read()
  } catch (error) {
    if (error instanceof BlobDamage) return 'picture-damaged'
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'picture-lost'
    throw error
  }
  const sha256 = sha256Of(bytes)
  if (expected !== null && sha256 !== expected) return 'picture-damaged'
  const mime = sniffPicture(bytes)
  const extension = mime === null ? undefined : EXTENSIONS[mime]
  if (mime === null || extension === undefined || !types.includes(mime)) {
    return `picture-type ${mime ?? 'unknown'}`
  }
  if (whyNotPillow(bytes, mime) !== null) return UNREADABLE
  return { bytes, sha256, mime, extension }
}

async function tellUnreadable({ pair, picture }: ExportItem): Promise<string> {
  const bytes = picture ? await picture() : new Uint8Array()
  return `${pair.image.url} (${whyNotPillow(bytes, sniffPicture(bytes) ?? '') ?? ''})`
}
