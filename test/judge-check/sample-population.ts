import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Truth } from '../../tools/make-sample/truth.ts'
import { gleaner, jsonLines } from '../support/cli.ts'

/** Scored pairs in the order of their scores, and which of them are right. */
export interface Population {
  scores: Float32Array
  right: boolean[]
}

const ROOT = resolve(import.meta.dirname, '../..')
export const KEPT = resolve(ROOT, 'test/fixtures/statistics/judged-sample.json')

interface Row {
  page: { url: string }
  image: { url: string }
  text: { alt: string | null }
  scores: { text: string; cosine: number }[]
}

/** Makes the sample corpus by the command line and asks its truth file of each scored pair. */
export async function makePopulation(folder: string): Promise<Population> {
  const corpus = resolve(folder, 'sample.gleaner')
  const run = async (...args: string[]): Promise<string> => {
    const outcome = await gleaner(args, { home: folder })
    if (outcome.code !== 0) throw new Error(outcome.stderr)
    return outcome.stdout
  }
  await run('init', corpus)
  await run('ingest', corpus, resolve(ROOT, 'resources/sample/gleaner-sample.warc.gz'))
  await run('score', corpus, '--model', 'gleaner-demo', '--device', 'cpu')
  const truth = JSON.parse(
    readFileSync(resolve(ROOT, 'resources/sample/truth.json'), 'utf8'),
  ) as Truth[]
  const labels = new Map<string, boolean>()
  const key = (page: string, picture: string, alt: string | null): string =>
    JSON.stringify([page, picture, alt])
  for (const { page, addresses, alt, label } of truth) {
    for (const address of addresses) labels.set(key(page, address, alt), label === 'right')
  }
  const rows = jsonLines<Row>(await run('pairs', corpus, '--json', '--limit', '10000'))
  const known = rows
    .flatMap((row) => {
      const score = row.scores.find(({ text }) => text === 'alt')
      if (!score) return []
      const right = labels.get(key(row.page.url, row.image.url, row.text.alt))
      if (right === undefined) throw new Error(`the truth file does not know ${row.image.url}`)
      return [{ score: score.cosine, right }]
    })
    .sort((a, b) => a.score - b.score)
  return {
    scores: Float32Array.from(known, ({ score }) => score),
    right: known.map(({ right }) => right),
  }
}

/** The population as it was kept for tests: `npm run judge-check -- --write` makes it again. */
export function keptPopulation(): Population {
  const { scores, right } = JSON.parse(readFileSync(KEPT, 'utf8')) as {
    scores: number[]
    right: string
  }
  return { scores: Float32Array.from(scores), right: [...right].map((one) => one === '1') }
}

export function asText({ scores, right }: Population): string {
  const bits = right.map((one) => (one ? '1' : '0')).join('')
  return (
    JSON.stringify({ scores: [...scores].map((one) => Number(one.toPrecision(9))), right: bits }) +
    '\n'
  )
}
