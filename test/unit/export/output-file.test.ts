import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { OutputFile, type FileEntry } from '../../../src/main/export/folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-output-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a file holds short and long texts and bytes in the order in which they were written', async () => {
  const path = join(folder, 'mixed')
  const entries: FileEntry[] = []
  const handle = await open(path, 'wx')
  const file = new OutputFile(path, handle, (entry) => Promise.resolve(void entries.push(entry)))
  const parts: (string | Uint8Array)[] = []
  for (let i = 0; i < 3000; i++) {
    if (i % 7 === 3) parts.push(Uint8Array.of(i & 255, 0, 255))
    else parts.push(i % 500 === 0 ? `${'ö日'.repeat(40_000)}\n` : `row ${i} – ü\n`)
  }
  let written = 0
  for (const part of parts) {
    await file.write(part)
    written += Buffer.byteLength(part)
    expect(file.bytes).toBe(written)
  }
  const entry = await file.close()
  const right = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  expect(readFileSync(path).equals(right)).toBe(true)
  const sha256 = createHash('sha256').update(right).digest('hex')
  expect(entry).toMatchObject({ bytes: right.length, sha256 })
  expect(entries).toEqual([entry])
})
