/** Blobs reach the disk before the transaction that names them. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toStep } from '../../../../src/main/jobs/ingest/ingest-step.ts'
import type { ExtractPool } from '../../../../src/main/jobs/ingest/ingest-pool.ts'
import {
  blobPath,
  createBlobFlusher,
  flushBlobs,
  hasWholeBlob,
  putBlob,
} from '../../../../src/main/store/blobs.ts'
import { openArchive } from '../../../../src/main/warc/index.ts'
import { fileSource } from '../../../../src/main/warc/index.ts'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'flush-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SHA = 'ab'.repeat(32)

/** Every record is a picture. */
const pool = {
  replaced: 0,
  memory: (size: number) => Promise.resolve(new Uint8Array(new SharedArrayBuffer(size))),
  run: (_: unknown, records: unknown[]) =>
    Promise.resolve({
      results: records.map(() => ({ kind: 'picture', as: 'picture', sha256: SHA })),
      kept: new Map(),
    }),
  close: () => Promise.resolve(),
} as unknown as ExtractPool

test('a step of an ingest is not settled before the blobs it names are flushed', async () => {
  const http = 'HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nbytes'
  const warc = join(folder, 'a.warc')
  writeFileSync(
    warc,
    `WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/a.png\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: ${http.length}\r\n\r\n${http}\r\n\r\n`,
  )
  const archive = await openArchive(await fileSource(warc))
  for await (const batch of archive) {
    const flushed: string[][] = []
    const disk = Promise.withResolvers<void>()
    const step = await toStep(batch, 1, 0, pool, (blobs) => {
      flushed.push(blobs)
      return disk.promise
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(flushed).toEqual([[SHA]])
    expect(step.tasks.every(({ result }) => result === null)).toBe(true)
    disk.resolve()
    await step.done
    expect(step.tasks.every(({ result }) => result !== null)).toBe(true)

    const failing = await toStep(batch, 1, 0, pool, () => Promise.reject(new Error('no room')))
    await expect(failing.done).rejects.toThrow('no room')
  }
})

test('what cannot be flushed is an error, and an empty blob is replaced', async () => {
  const bytes = Buffer.from('a picture')
  const sha256 = putBlob(folder, bytes)
  await flushBlobs(folder, [sha256, sha256])
  await expect(flushBlobs(folder, [SHA])).rejects.toMatchObject({ code: 'ENOENT' })
  truncateSync(blobPath(folder, sha256))
  expect(hasWholeBlob(folder, sha256, bytes.length)).toBe(false)
  putBlob(folder, bytes)
  expect(readFileSync(blobPath(folder, sha256)).equals(bytes)).toBe(true)
})

test('what a run has flushed it does not flush again, and what failed it tries again', async () => {
  const sha256 = putBlob(folder, Buffer.from('shown on every page'))
  const flush = createBlobFlusher(folder)
  const gone = 'cd'.repeat(32)
  await expect(flush([gone])).rejects.toThrow(/ENOENT/)
  await expect(flush([gone])).rejects.toThrow(/ENOENT/)
  await flush([sha256])
  rmSync(blobPath(folder, sha256))
  await flush([sha256])
  await expect(createBlobFlusher(folder)([sha256])).rejects.toThrow(/ENOENT/)
})
