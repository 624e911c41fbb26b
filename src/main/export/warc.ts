import { canonicalJson } from '#shared/canonical-json.ts'
import { AppError } from '#shared/errors.ts'
import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import { LISTING_VERSION } from '#shared/pair-listing.ts'
import type { PairListing } from '#shared/pair-listing.ts'
import type { OutputFile, DatasetFolder } from './folder.ts'
import { shardName } from './keys.ts'
import type {
  ArchivedPair,
  ArchiveParts,
  DatasetWriter,
  ExportRecipe,
  Format,
  Sample,
} from './types.ts'

/** A file that has reached this size is followed by another. */
const FILE_BYTES = 1e9
/** A page with more chosen pairs has several listings. */
const MAX_LISTED = 1000

class WarcWriter implements DatasetWriter {
  private readonly folder: DatasetFolder
  private readonly recipe: ExportRecipe
  private readonly parts: ArchiveParts
  private readonly written = new Set<string>()
  private files = 0
  private listings = 0
  private file: { out: OutputFile; infoId: string } | null = null
  /** The pairs of one page, whose listing is written behind the last of them. */
  private group: ArchivedPair[] = []

  constructor(folder: DatasetFolder, recipe: ExportRecipe, parts: ArchiveParts) {
    this.folder = folder
    this.recipe = recipe
    this.parts = parts
  }

  async add({ pair }: Sample): Promise<boolean | string> {
    const found = await this.parts.of(pair, (key) => this.written.has(key))
    if (typeof found === 'string') return found
    const [first] = this.group
    const full = this.group.length >= MAX_LISTED
    if (first && (full || first.group !== found.group)) await this.list(first.group !== found.group)
    this.file ??= await this.begin()
    for (const { key, member } of found.records) {
      if (this.written.has(key)) continue
      this.written.add(key)
      await this.file.out.write(member)
    }
    // Its records are written; holding their bytes would hold the whole page.
    this.group.push({ ...found, records: [] })
    return found.newPicture
  }

  async finish(): Promise<void> {
    await this.list(false)
    await this.file?.out.close()
  }

  /** Writes what is chosen of a page, in the file of the page. @param done it was the last of it */
  private async list(done: boolean): Promise<void> {
    const [first] = this.group
    if (!first || !this.file) return
    const { url, date, refersTo, page } = first
    const models = new Map(
      this.group.flatMap((one) => one.models.map((m) => [m.digest, m] as const)),
    )
    const listing: PairListing = {
      ...{ format: 'gleaner-pairs', version: LISTING_VERSION, page, models: [...models.values()] },
      pairs: this.group.map((one) => one.pair),
    }
    const id = this.idOf('listing', `${first.group}\n${this.listings++}`)
    const { infoId: warcinfo, out } = this.file
    await out.write(await this.parts.listing(listing, { id, url, date, refersTo, warcinfo }))
    this.group = []
    if (!done || out.bytes < FILE_BYTES) return
    await out.close()
    this.file = null
  }

  private async begin(): Promise<{ out: OutputFile; infoId: string }> {
    const name = `${shardName(this.files++)}.warc.gz`
    const infoId = this.idOf('file', name)
    const out = await this.folder.open(name)
    await out.write(await this.parts.warcinfo(name, infoId, infoOf(this.recipe)))
    return { out, infoId }
  }

  /** The same export gives the same ids. */
  private idOf(kind: string, name: string): string {
    return this.parts.idOf(canonicalJson(this.recipe), kind, name)
  }
}

/** How the archive was made, for its first record. */
function infoOf(recipe: ExportRecipe): Record<string, string> {
  const { model } = recipe
  return {
    software: `Gleaner ${recipe.software}`,
    format: 'WARC File Format 1.1',
    description:
      'Chosen pairs of pictures and texts: their pages, their pictures, and what was chosen',
    'gleaner-listing': String(LISTING_VERSION),
    'gleaner-filter': recipe.filter === '' ? 'every pair' : recipe.filter,
    'gleaner-cutoffs': recipe.cutoffs.join(', ') || 'none',
    'gleaner-text': recipe.text,
    'gleaner-model': model ? `${model.name} (${model.id}), digest ${model.digest}` : 'none',
  }
}

/** Web archive: the records behind the pairs, as they were captured. */
export const warc: Format = {
  title: 'Web archive (WARC)',
  layout:
    '`00000.warc.gz`, `00001.warc.gz`, ... (WARC 1.1, a gzip member for each record) hold the record of each page, copied byte for byte from the archive it was read from, the records that lead to its pictures, and a `metadata` record that lists the chosen pairs of the page with their texts, scores and labels.',
  needs: EXPORT_NEEDS.warc,
  notes: [
    'The first record of each file (`warcinfo`) says how it was made.',
    'Pictures that were not captured by a crawl, and those of tables, are `resource` records with their original bytes; so are pages that came through standard input.',
    '`gleaner ingest --only-listed` reads exactly the chosen pairs again; without it all pairs of their pages are read. docs/warc.md describes the listing.',
    'Pairs without a picture are in it; a pair whose page is no longer to be had is left out.',
  ],
  cardHeader: null,
  open(folder, recipe, archive) {
    if (archive) return new WarcWriter(folder, recipe, archive)
    throw new AppError('unsupported', 'Records of web archives can be written for a corpus only.')
  },
}
