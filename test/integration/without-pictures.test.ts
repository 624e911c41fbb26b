import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runScore } from '../../src/main/jobs/score.ts'
import { gleaner } from '../support/cli.ts'
import { tinyModel } from '../support/models.ts'
import { corpusOf, scoreContext } from './score-support.ts'

const MODEL = resolve(import.meta.dirname, '../fixtures/models/tiny-clip')
const home = mkdtempSync(join(tmpdir(), 'without-pictures-'))
const corpus = join(home, 'table.gleaner')
beforeAll(async () => {
  const table = join(home, 'laion.csv')
  const rows = Array.from({ length: 5 }, (_, i) => `http://h${i % 2}.example/${i}.jpg,a cat ${i}`)
  writeFileSync(table, ['url,caption', ...rows].join('\n'))
  expect((await gleaner(['init', corpus], { home })).code).toBe(0)
  expect((await gleaner(['import', corpus, table], { home })).code).toBe(0)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function score(
  pairs: Parameters<typeof corpusOf>[0],
  text: 'alt' | 'caption' = 'alt',
): Promise<void> {
  const opened = corpusOf(pairs)
  try {
    const input = { corpus: opened.path, text, device: 'cpu' } as const
    await runScore(opened, input, scoreContext(), await tinyModel('tiny-clip'))
  } finally {
    opened.close()
  }
}

test('scoring a corpus without a picture fails, and says that pictures have to be fetched', async () => {
  const pair = { picture: null, imageUrl: 'http://x.example/a.png', alt: 'a cat' }
  await expect(score([pair, { ...pair, alt: 'a dog' }])).rejects.toMatchObject({
    kind: 'invalid-input',
    message: 'There is no picture to score: none of the 2 pairs has its picture in the corpus.',
    hint: 'Fetch the pictures first.',
  })
  await expect(score([])).rejects.toMatchObject({
    message: 'There is nothing to score: the corpus has no pairs.',
  })
})

test('scoring a text that no pair with a picture has fails, and names the text', async () => {
  const pair = { picture: new Uint8Array([1]), imageUrl: 'http://x.example/a.png', alt: 'a cat' }
  await expect(score([pair], 'caption')).rejects.toMatchObject({
    kind: 'invalid-input',
    message:
      'There is no text to score: none of the 1 pairs with a picture has the text "caption".',
  })
})

test('the command line counts a fetch as text and as JSON, asks nobody, and remembers the contact', async () => {
  const args = ['pictures', corpus, '--images', 'fetch', '--where', 'cat', '--dry-run']
  const said = await gleaner([...args, '--contact', 'mailto:me@example.org'], { home })
  expect(said.code).toBe(0)
  expect(said.stdout).toContain('5 pairs show 5 pictures')
  expect(said.stdout).toContain('5 addresses on 2 hosts')
  expect(said.stdout).toContain('3 h0.example')
  expect(said.stdout).toContain('mailto:me@example.org')
  const { stdout } = await gleaner([...args, '--json'], { home })
  expect(JSON.parse(stdout)).toMatchObject({
    addresses: 5,
    hosts: 2,
    leastSeconds: 2,
    contact: 'mailto:me@example.org',
    before: null,
    estimate: null,
    folder: join(corpus, 'fetched'),
  })
})

test('the command line says that there is no picture to score, and how to fetch them', async () => {
  const { code, stderr } = await gleaner(['score', corpus, '--model', MODEL, '--text', 'alt'], {
    home,
  })
  expect(code).not.toBe(0)
  expect(stderr).toContain('There is no picture to score')
  expect(stderr).toContain('gleaner pictures CORPUS --images fetch')
})
