import type { CallOutput } from '#shared/contract/index.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import type { PageReader, RawPage } from '../../jobs/pages/page-calls.ts'
import type { Corpus } from '../../store/open.ts'
import { imagesOfPage, pairSource } from '../../store/repositories/pairs.ts'
import { LISTED_RECORD, ROW_RECORD } from '../../store/repositories/table-rows.ts'

/** Somebody waits for it; what takes longer is shown as its source. */
const PATIENCE_MS = 5000

/**
 * The page of a pair out of its archive, as it stands there and made inert with the pair marked.
 * One that cannot be made inert comes with its source and the reason.
 */
export async function readPageSource(
  corpus: Corpus,
  id: number,
  reader: PageReader,
): Promise<CallOutput<'pairs.source'>> {
  const source = pairSource(corpus.reader, id)
  if (source.recordType === ROW_RECORD) {
    throw new AppError(
      'not-found',
      `This pair is row ${source.offset + source.position + 1} of the table ${source.archiveName}: no page was archived with it.`,
      'Its picture, words and scores are all here.',
    )
  }
  if (source.recordType === LISTED_RECORD) {
    throw new AppError(
      'not-found',
      `This pair came from a table, through the list of ${source.archiveName}: no page was archived with it.`,
      'Its picture, words and scores are all here.',
    )
  }
  const pictures = new Map<string, string>()
  for (const image of imagesOfPage(corpus.reader, id)) {
    if (image.status !== 'ok' || image.sha256 === null) continue
    const address = `gleaner://picture/${image.sha256}?corpus=${encodeURIComponent(corpus.path)}`
    for (const url of [image.url, ...image.alternates]) pictures.set(url, address)
  }
  const { archivePath: path, archiveName: name, offset, keptHtml, pageUrl: url, tagStart } = source
  const order = {
    archive: { path, name, offset, isKept: keptHtml !== null },
    url,
    mark: { tagStart, ...source.texts },
    pictures: [...pictures],
  }
  const told: { raw: RawPage | null } = { raw: null }
  let html: string | null = null
  let problem: CallOutput<'pairs.source'>['problem'] = null
  try {
    const { value } = await reader.call('show', order, {
      about: 'This page',
      patienceMs: PATIENCE_MS,
      ...(keptHtml && { bytes: keptHtml }),
      onEvent: (raw) => void (told.raw = raw),
    })
    html = value.html
  } catch (error) {
    const isOver = error instanceof AppError && error.kind === 'canceled'
    if (told.raw === null || isOver) throw error
    problem = toErrorValue(error)
  }
  const { text: raw, length } = told.raw ?? { text: '', length: 0 }
  const { tagEnd } = source
  const tag = tagEnd <= raw.length ? { start: tagStart, end: tagEnd } : null
  return { html, problem, raw, length, tag, url }
}
