import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { EXPORT_FORMATS } from '#shared/contract/jobs.ts'
import { exportDataset } from '../../../src/main/export/dataset.ts'
import { FORMATS } from '../../../src/main/export/formats.ts'
import type { ExportItem } from '../../../src/main/export/types.ts'
import {
  contents,
  corpus,
  hooks,
  item,
  manifestOf,
  pair,
  picture,
  recipe,
  sha256,
  stream,
  temporaryFolder,
  write,
} from './support.ts'

async function someItems(): Promise<ExportItem[]> {
  const kinds = ['jpeg', 'png', 'webp', 'gif'] as const
  const pictures = await Promise.all(kinds.map((kind, i) => picture(kind, i * 40)))
  return Array.from({ length: 30 }, (_, i) =>
    item(i + 1, i % 7 === 6 ? null : (pictures[i % 4] as Uint8Array), {
      alt: i % 11 === 10 ? null : `text ${i} "é" 😀\nmore`,
    }),
  )
}

describe.each(EXPORT_FORMATS)('an export as %s', (format) => {
  it('gives the same bytes and the same content hash from the same recipe', async () => {
    const folder = temporaryFolder()
    const one = await write(format, await someItems(), join(folder, 'one'))
    // Another second: in zip and tar, too.
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
    mkdirSync(join(folder, 'elsewhere'))
    const two = await write(format, await someItems(), join(folder, 'elsewhere/two'))
    vi.useRealTimers()
    expect(two.manifest.contentHash).toBe(one.manifest.contentHash)
    expect(two.manifest.createdAt).not.toBe(one.manifest.createdAt)
    const first = contents(join(folder, 'one'))
    const second = contents(join(folder, 'elsewhere/two'))
    expect([...second.keys()].sort()).toEqual([...first.keys()].sort())
    for (const [path, bytes] of first) expect(second.get(path)?.equals(bytes), path).toBe(true)
  })

  it('lists every file with its size and SHA-256, as sha256sum finds them', async () => {
    const out = join(temporaryFolder(), 'set')
    await write(format, await someItems(), out)
    const manifest = manifestOf(out)
    const files = contents(out)
    expect(files.size).toBe(manifest.files.total)
    const listed = [...manifest.files.list, manifest.files.checksums]
    expect(listed.map(({ path }) => path).sort()).toEqual([...files.keys()].sort())
    for (const { path, bytes, sha256: sum } of listed) {
      expect(files.get(path)?.byteLength).toBe(bytes)
      expect(sha256(files.get(path) as Buffer)).toBe(sum)
    }
    expect(manifest.files.bytes).toBe([...files.values()].reduce((n, b) => n + b.byteLength, 0))
    const check = spawnSync('sha256sum', ['--check', '--quiet', '--strict', 'SHA256SUMS'], {
      cwd: out,
    })
    expect(check.status).toBe(0)
  })

  it('counts every pair as exported or as skipped for a reason', async () => {
    const out = join(temporaryFolder(), 'set')
    const { manifest } = await write(format, await someItems(), out)
    const skipped = Object.values(manifest.counts.skipped).reduce((a, b) => a + b, 0)
    expect(manifest.counts.matched).toBe(30)
    expect(manifest.counts.exported + skipped).toBe(30)
  })

  it('changes its content hash with the recipe and with the data', async () => {
    const folder = temporaryFolder()
    const items = await someItems()
    const hashes = [
      await write(format, items, join(folder, 'a')),
      await write(format, items, join(folder, 'b'), { recipe: { filter: 'score >= 0.3' } }),
      await write(format, items, join(folder, 'c'), {
        recipe: { model: { id: 'vit-b-32', name: 'CLIP ViT-B/32', digest: 'e'.repeat(64) } },
      }),
      await write(format, items.slice(1), join(folder, 'd')),
    ].map(({ manifest }) => manifest.contentHash)
    expect(new Set(hashes).size).toBe(4)
  })
})

describe('the folder of an export', () => {
  it('says in its card and manifest how the numbers came about', async () => {
    const out = join(temporaryFolder(), 'set')
    await write('imagefolder', await someItems(), out)
    const card = readFileSync(join(out, 'README.md'), 'utf8')
    expect(card).toContain('`score >= 0.28`')
    expect(card).toContain('d'.repeat(64))
    expect(card).toContain('a'.repeat(64))
    expect(card).toMatch(/\| left out: no-picture \| 4 \|/)
    expect(manifestOf(out)).toMatchObject({
      recipe: { model: { digest: 'd'.repeat(64) }, cutoffs: ['score >= 0.28'], software: '1.2.3' },
      corpus: { archives: [{ name: 'crawl.warc.gz', sha256: 'a'.repeat(64) }] },
    })
  })

  it('does not exist before everything is in it', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'set')
    const items = await someItems()
    let seen = 0
    async function* watched() {
      for await (const one of stream(items)) {
        expect(existsSync(out)).toBe(false)
        seen++
        yield one
      }
    }
    await exportDataset(watched(), recipe('kohya'), corpus, out, hooks())
    expect(seen).toBe(30)
    expect(readdirSync(folder)).toEqual(['set'])
  })

  it('is made with the folders above it, and in place of an empty one', async () => {
    const folder = temporaryFolder()
    await write('jsonl', [item(1, null)], join(folder, 'a/b/set'))
    expect(existsSync(join(folder, 'a/b/set/pairs.jsonl'))).toBe(true)
    mkdirSync(join(folder, 'empty'))
    await write('jsonl', [item(1, null)], join(folder, 'empty'))
    expect(existsSync(join(folder, 'empty/pairs.jsonl'))).toBe(true)
  })

  it.each([
    ['a file', (out: string) => writeFileSync(out, 'mine')],
    [
      'a folder with something in it',
      (out: string) => {
        mkdirSync(out)
        writeFileSync(join(out, 'thesis.tex'), 'mine')
      },
    ],
    [
      "another program's manifest",
      (out: string) => {
        mkdirSync(out)
        writeFileSync(join(out, 'manifest.json'), '{"version": 3}')
      },
    ],
  ])('is refused where there is %s, which stays as it was', async (_what, prepare) => {
    const folder = temporaryFolder()
    const out = join(folder, 'set')
    prepare(out)
    await expect(write('jsonl', [item(1, null)], out)).rejects.toMatchObject({ kind: 'conflict' })
    expect(readdirSync(folder)).toEqual(['set'])
    expect(existsSync(join(out, 'pairs.jsonl'))).toBe(false)
  })

  it('is left alone when it holds the same export, and refused when it holds another', async () => {
    const out = join(temporaryFolder(), 'set')
    const items = await someItems()
    const first = await write('coco', items, out)
    expect(first.alreadyThere).toBe(false)
    const again = await write('coco', items, out)
    expect(again).toEqual({ alreadyThere: true, manifest: first.manifest })
    await expect(
      write('coco', items, out, { recipe: { filter: 'alt:fox' } }),
    ).rejects.toMatchObject({ kind: 'conflict' })
    const grown = { ...corpus, state: { pairs: 11 } }
    await expect(
      exportDataset(stream(items), recipe('coco'), grown, out, hooks()),
    ).rejects.toMatchObject({ kind: 'conflict' })
    rmSync(join(out, 'images/000000000.jpg'))
    await expect(write('coco', items, out)).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('missing'),
    })
  })

  it('leaves nothing behind when it is canceled', async () => {
    const folder = temporaryFolder()
    const abort = new AbortController()
    const items = await someItems()
    let done = 0
    const canceled = exportDataset(
      stream(items),
      recipe('webdataset'),
      corpus,
      join(folder, 'set'),
      hooks({
        signal: abort.signal,
        progress: (n) => {
          done = n
          if (n === 12) abort.abort()
        },
      }),
    )
    await expect(canceled).rejects.toMatchObject({ kind: 'canceled' })
    expect(done).toBe(12)
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves nothing behind on a full disk, and says that the disk is full', async () => {
    const folder = temporaryFolder()
    const full = {
      ...FORMATS.webdataset,
      open: (...args: Parameters<typeof FORMATS.webdataset.open>) => {
        const writer = FORMATS.webdataset.open(...args)
        let n = 0
        return {
          finish: () => writer.finish(),
          add: (sample: Parameters<typeof writer.add>[0]) => {
            if (++n < 5) return writer.add(sample)
            return Promise.reject(
              Object.assign(new Error('ENOSPC: no space left on device, write'), {
                code: 'ENOSPC',
              }),
            )
          },
        }
      },
    }
    const out = join(folder, 'set')
    await expect(
      write('webdataset', await someItems(), out, { formats: { webdataset: full } }),
    ).rejects.toMatchObject({
      kind: 'io',
      message: `The disk of ${out} is full; the export was not written.`,
    })
    expect(readdirSync(folder)).toEqual([])
  })

  it('removes what a killed run left, and nothing of a run that still goes on', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'set')
    const host = hostname().replace(/[^A-Za-z0-9]+/g, '-') || 'host'
    const gone = spawnSync(process.execPath, ['-e', '']).pid
    const left = `set.partial-${host}-${gone}-0123abcd`
    // From before a restart of the machine: the number is ours now, the folder is not.
    const before = `set.partial-${host}-${process.pid}-0123abcd`
    const running = `set.partial-${host}-${process.ppid}-0123abcd`
    const elsewhere = `set.partial-another-machine-${gone}-0123abcd`
    const unrelated = 'set.partial-notes'
    for (const name of [left, before, running, elsewhere, unrelated]) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'file'), 'x')
    }
    await write('jsonl', [item(1, null)], out)
    expect(readdirSync(folder).sort()).toEqual(['set', running, elsewhere, unrelated].sort())
  })

  it('lets two exports run side by side in one folder', async () => {
    const folder = temporaryFolder()
    const items = await someItems()
    await Promise.all([
      write('webdataset', items, join(folder, 'a')),
      write('coco', items, join(folder, 'b')),
      write('kohya', items, join(folder, 'c')),
    ])
    expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'c'])
  })

  it('is not made for no pairs at all: the reasons are in the error', async () => {
    const folder = temporaryFolder()
    await expect(write('jsonl', [], join(folder, 'set'))).rejects.toMatchObject({
      kind: 'invalid-input',
      message: 'Nothing to export: no pair matches the filter.',
    })
    await expect(
      write('kohya', [item(1, null), item(2, null, { alt: '' })], join(folder, 'set')),
    ).rejects.toMatchObject({ message: expect.stringContaining('no-picture 1, no-text 1') })
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves out pictures that are lost or damaged in the corpus, and says so', async () => {
    const folder = temporaryFolder()
    const png = await picture('png')
    const lost: ExportItem = {
      ...item(1, png),
      picture: () => Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' })),
    }
    const damaged: ExportItem = {
      ...item(2, png),
      pair: pair(2, { sha256: '0'.repeat(64) }),
    }
    const said = hooks()
    const { manifest } = await exportDataset(
      stream([lost, damaged, item(3, png)]),
      recipe('imagefolder'),
      corpus,
      join(folder, 'set'),
      said,
    )
    expect(manifest.counts).toMatchObject({
      exported: 1,
      skipped: { 'picture-damaged': 1, 'picture-lost': 1 },
    })
    expect(said.warnings).toEqual([expect.stringContaining('https://example.org/i/1.jpg')])
  })

  it.skipIf(process.getuid?.() === 0)('says when it may not write there', async () => {
    const folder = temporaryFolder()
    execFileSync('chmod', ['555', folder])
    await expect(write('jsonl', [item(1, null)], join(folder, 'set'))).rejects.toMatchObject({
      kind: 'io',
    })
  })
})
