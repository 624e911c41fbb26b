/**
 * A million rows of a table to committed pairs and scores: rows a second and peak memory, for
 * Parquet (row groups of 1,048,576 rows, as pandas writes them), CSV and JSON Lines; and what a
 * second import of the same table costs.
 *
 *     node test/bench/import.ts [ROWS] [parquet|csv|jsonl ...]
 */
import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileWriter, parquetWrite } from 'hyparquet-writer'
import { cpus } from 'node:os'

const rows = Number(process.argv[2] ?? 1_000_000)
const asked = process.argv.slice(3)
const kinds = asked.length > 0 ? asked : ['parquet', 'csv', 'jsonl']
const work = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))

interface Result {
  pairs: number
  seconds: number
  cpu: number
  rssMB: number
}

const WORDS =
  'a red wooden boat lies on the grey shore of an old harbour town in winter light'.split(' ')

/** About what LAION's rows hold: an address of 70 characters, 60 characters of words. */
function row(i: number): {
  URL: string
  TEXT: string
  WIDTH: number
  HEIGHT: number
  similarity: number
} {
  const mixed = Math.imul(i + 1, 2654435761) >>> 0
  const words = Array.from(
    { length: 6 + (mixed % 9) },
    (_, k) => WORDS[(mixed + k * 7) % WORDS.length],
  )
  return {
    URL: `https://cdn${mixed % 97}.example.org/images/${mixed.toString(16)}/${i}-photo-large.jpg`,
    TEXT: `${words.join(' ')} ${i}`,
    WIDTH: 200 + (mixed % 1800),
    HEIGHT: 200 + (mixed % 1100),
    similarity: 0.15 + (mixed % 25_000) / 100_000,
  }
}

async function writeLines(path: string, head: string, line: (i: number) => string): Promise<void> {
  const out = createWriteStream(path, { highWaterMark: 1 << 20 })
  out.write(head)
  for (let i = 0; i < rows; i += 1000) {
    let block = ''
    for (let k = i; k < Math.min(rows, i + 1000); k++) block += line(k) + '\n'
    if (!out.write(block)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

async function write(kind: string): Promise<string> {
  const path = join(work, `table.${kind}`)
  if (kind === 'csv') {
    await writeLines(path, 'URL,TEXT,WIDTH,HEIGHT,similarity\n', (i) =>
      Object.values(row(i)).join(','),
    )
  } else if (kind === 'jsonl') {
    await writeLines(path, '', (i) => JSON.stringify(row(i)))
  } else {
    const all = Array.from({ length: rows }, (_, i) => row(i))
    const column = (name: keyof ReturnType<typeof row>) => all.map((one) => one[name])
    await parquetWrite({
      writer: fileWriter(path),
      columnData: [
        { name: 'URL', data: column('URL'), type: 'STRING' },
        { name: 'TEXT', data: column('TEXT'), type: 'STRING' },
        { name: 'WIDTH', data: column('WIDTH'), type: 'INT32' },
        { name: 'HEIGHT', data: column('HEIGHT'), type: 'INT32' },
        { name: 'similarity', data: column('similarity'), type: 'DOUBLE' },
      ],
      rowGroupSize: 1_048_576,
    })
  }
  return path
}

function child(corpus: string, table: string): Result {
  const script = join(import.meta.dirname, '../integration/import-run.ts')
  const out = execFileSync(process.execPath, [script, corpus, table], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  return JSON.parse(out.trim().split('\n').at(-1) as string) as Result
}

try {
  console.log(
    `${rows.toLocaleString('en')} rows, ${cpus().length} cores, ${cpus()[0]?.model ?? ''}`,
  )
  for (const kind of kinds) {
    const table = await write(kind)
    const corpus = join(work, `${kind}.gleaner`)
    const first = child(corpus, table)
    const size = statSync(join(corpus, 'corpus.db')).size
    const again = child(corpus, table)
    if (first.pairs !== rows || again.pairs !== rows)
      throw new Error(`${first.pairs}, ${again.pairs} pairs`)
    const per = (n: number): string => Math.round(rows / n).toLocaleString('en')
    console.log(
      `${kind.padEnd(8)} ${(statSync(table).size / 1e6).toFixed(0).padStart(4)} MB  ${per(first.seconds)} rows/s, ` +
        `${per(first.cpu)} rows/CPU s, peak ${first.rssMB.toFixed(0)} MB, corpus ${(size / rows).toFixed(0)} B a row; ` +
        `again: ${again.seconds.toFixed(2)} s, ${again.pairs - first.pairs} pairs added`,
    )
    rmSync(corpus, { recursive: true })
    rmSync(table)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
