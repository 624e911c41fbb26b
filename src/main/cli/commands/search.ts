import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { PairId, type PairTableRow } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { checkQuery } from '#shared/query/index.ts'
import { Search, SearchPart } from '#shared/contract/search.ts'
import type { SearchAnswer } from '#shared/contract/search.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { clip, n, where } from './words.ts'

interface Options {
  where?: string
  words?: string
  model?: string
  among: Search['among']
  k: number
  json: boolean
}

/** Hits that are shown where nobody says how many. */
const SHOWN = 20
/** Hits that are read at once. */
const BATCH = 1000

/** `search`: pairs by what their pictures (or texts) show. */
export function addSearchCommand(program: Command, tools: CliTools): void {
  const { call, open, print, printJson, aside } = tools
  const { add, weigh, parts } = partsInOrder()
  const command = program
    .command('search <corpus>')
    .description('find pairs by words, a picture, another pair, or a mix of them')
  for (const [flags, description, kind, sign] of [
    ['--text <words>', 'what the picture shows, in words', 'words', 1],
    ['--image <file>', 'a picture that it is like', 'picture', 1],
    ['--pair <id>', 'a pair of the corpus whose picture it is like', 'pair', 1],
    ['--minus-text <words>', 'what it does not show', 'words', -1],
    ['--minus-image <file>', 'a picture that it is not like', 'picture', -1],
    ['--minus-pair <id>', 'a pair that it is not like', 'pair', -1],
  ] as const) {
    const option = new Option(flags, `${description}; may be given several times`)
    command.addOption(option.argParser((value) => add(kind, value, sign)))
  }
  command
    .addOption(
      new Option('--weight <number>', 'how much the part before it counts; default: 1').argParser(
        weigh,
      ),
    )
    .option(
      '--words <words>',
      'only pairs whose texts hold the words: a word, the beginning of one (car*), several in a row, or near each other ("red car"~5); alone, the best match first',
    )
    .option(...where('score>=0.28 width>=256'))
    .option('--model <id>', 'by whose embeddings; default: those of most pictures')
    .addOption(optionOf('--among <what>', 'what is searched', Search.shape.among))
    .addOption(optionOf('--k <n>', 'hits at most', Search.shape.k).default(SHOWN))
    .option('--json', 'one JSON object a line', false)
    .action(async (corpus: string, options: Options): Promise<void> => {
      const { words } = options
      if (words !== undefined && parts.length === 0) return byWords(corpus, words, options)
      if (parts.length === 0) {
        throw new AppError(
          'invalid-input',
          'There is nothing to search by.',
          'Name --text "words", --image FILE, --pair ID or --words "words".',
        )
      }
      const path = await open(corpus)
      const { model, among, k } = options
      const { selection, search } = await call('pairs.select', {
        corpus: path,
        where: words === undefined ? options.where : withWords(words, options.where),
        sort: 'search',
        search: { parts, model: model ?? null, among, k },
      })
      const answer = search as SearchAnswer
      const shown: PairTableRow[] = []
      for (let offset = 0; offset < answer.n; offset += BATCH) {
        const rows = await call('pairs.tablePage', {
          corpus: path,
          selection,
          offset,
          limit: BATCH,
        })
        for (const [i, row] of rows.entries()) {
          if (options.json) await printJson(hitOf(row, offset + i + 1))
          else shown.push(row)
        }
      }
      if (options.json) aside(describeAnswer(answer))
      else print(`${describeHits(shown)}\n\n${describeAnswer(answer)}`)
    })

  /** By the texts alone: no model is asked, and there is no cosine. */
  async function byWords(corpus: string, words: string, options: Options): Promise<void> {
    const path = await open(corpus)
    const { indexed, total: pairs, problem } = await call('texts.update', { corpus: path })
    const { selection, total } = await call('pairs.select', {
      corpus: path,
      where: withWords(words, options.where),
      sort: 'match',
    })
    const shown: PairTableRow[] = []
    for (let offset = 0; offset < Math.min(total, options.k); offset += BATCH) {
      const limit = Math.min(BATCH, options.k - offset)
      const rows = await call('pairs.tablePage', { corpus: path, selection, offset, limit })
      for (const [i, row] of rows.entries()) {
        if (options.json) await printJson(hitOf(row, offset + i + 1))
        else shown.push(row)
      }
    }
    const found =
      `${n(total)} pairs hold the words. ${n(indexed)} of ${n(pairs)} pairs are in the index of texts` +
      (indexed < pairs ? '; the rest was read one by one and is not ranked' : '') +
      (problem === null ? '.' : ` (${problem}).`)
    if (options.json) aside(found)
    else print(`${describeHits(shown)}\n\n${found}`)
  }
}

/** The filter together with words; a row of words needs no quotes of its own. */
function withWords(words: string, filter = ''): string {
  const needsQuotes = /\s/.test(words) && !words.includes('"')
  const term = `words:${needsQuotes ? `"${words}"` : words}`
  const problem = checkQuery(term)
  if (problem) {
    throw new AppError(
      'invalid-input',
      `--words ${words} cannot be read: ${problem.message}`,
      'Write it as in: --words car, --words "red car", --words car*, --words \'"red car"~5\'.',
    )
  }
  return filter.trim() === '' ? term : `(${filter}) ${term}`
}

/** Parts of a search in the order in which they are written, so that a weight follows its part. */
function partsInOrder(): {
  parts: SearchPart[]
  add(kind: 'words' | 'picture' | 'pair', value: string, sign: 1 | -1): string
  weigh(value: string): number
} {
  const parts: SearchPart[] = []
  return {
    parts,
    add(kind, value, sign) {
      const id = kind === 'pair' ? PairId.safeParse(Number(value)) : null
      if (id && !id.success)
        throw new InvalidArgumentError('The id of a pair, a whole number from 1.')
      const part = SearchPart.safeParse({
        kind,
        weight: sign,
        ...(kind === 'words' ? { words: value } : {}),
        ...(kind === 'picture' ? { path: resolve(value) } : {}),
        ...(id ? { id: id.data } : {}),
      })
      if (!part.success)
        throw new InvalidArgumentError(part.error.issues[0]?.message ?? 'It does not fit.')
      parts.push(part.data)
      return value
    },
    weigh(value) {
      const weight = Number(value)
      const last = parts.at(-1)
      if (!last) throw new InvalidArgumentError('It stands behind the part that it weighs.')
      const sign = Math.sign(last.weight)
      const part = SearchPart.safeParse({ ...last, weight: sign * weight })
      if (value.trim() === '' || !(weight > 0) || !part.success) {
        throw new InvalidArgumentError('A number above 0, at most 10.')
      }
      parts[parts.length - 1] = part.data
      return weight
    },
  }
}

function hitOf(row: PairTableRow, rank: number): object {
  const { id, found, imageUrl, sha256, status, texts, page } = row
  return { rank, pair: id, cosine: found, url: imageUrl, sha256, status, page: page.url, texts }
}

function describeHits(rows: readonly PairTableRow[]): string {
  if (rows.length === 0) return 'No pair was found.'
  return table(
    ['rank', 'pair', 'cosine', 'size', 'text', 'picture'],
    rows.map((row, i) => [
      i + 1,
      row.id,
      row.found?.toFixed(4) ?? '',
      row.width === null ? '' : `${row.width} × ${row.height}`,
      clip(row.text ?? ''),
      clip(row.imageUrl),
    ]),
  )
}

const REASONS: Record<SearchAnswer['leftOut'][number]['reason'], string> = {
  'outside-filter': 'outside the filter',
  'no-picture': 'without a picture',
  'no-text': 'without that text',
  'not-embedded': 'without an embedding by this model (gleaner score makes it)',
}

function describeAnswer(answer: SearchAnswer): string {
  const { title, digest, searched, leftOut, ms } = answer
  const left = leftOut.map(({ reason, n: pairs }) => `${n(pairs)} ${REASONS[reason]}`)
  return (
    `${n(answer.n)} of ${n(searched)} pairs searched, by ${title} (digest ${digest.slice(0, 8)}), ` +
    `in ${ms.total.toFixed(0)} ms` +
    (left.length > 0 ? `. Left out: ${left.join(', ')}` : '')
  )
}
