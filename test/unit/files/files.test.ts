import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { sha256Of, sha256OfFile } from '../../../src/main/files/digest.ts'
import { fingerprintFile } from '../../../src/main/files/fingerprint.ts'
import { writeWhole } from '../../../src/main/files/write-whole.ts'

const root = mkdtempSync(join(tmpdir(), 'files-'))
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(root, 'x-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const file = (bytes: string | Uint8Array, name = 'a'): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** The examples of FIPS 180-4: no bytes, and "abc". */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

describe('a digest', () => {
  test('is SHA-256 in lower-case hex, of bytes, of a text in UTF-8 and of a file', async () => {
    expect(sha256Of('')).toBe(EMPTY)
    expect(sha256Of('abc')).toBe(ABC)
    expect(sha256Of('é')).toBe(sha256Of(Uint8Array.of(0xc3, 0xa9)))
    expect(await sha256OfFile(file(''))).toBe(EMPTY)
    expect(await sha256OfFile(file('abc'))).toBe(ABC)
    const large = Buffer.alloc((3 << 20) + 7, 'abc')
    expect(await sha256OfFile(file(large))).toBe(sha256Of(large))
  })

  test('of what cannot be read says so, and of a file ends when it is canceled', async () => {
    const of = (path: string): Promise<string> => sha256OfFile(path)
    await expect(of(join(folder, 'none'))).rejects.toMatchObject({ kind: 'not-found' })
    await expect(of(join(file('x'), 'in a file'))).rejects.toMatchObject({ kind: 'not-found' })
    await expect(of(folder)).rejects.toMatchObject({ kind: 'invalid-input' })
    const canceled = sha256OfFile(file('abc'), AbortSignal.abort())
    await expect(canceled).rejects.toMatchObject({ kind: 'canceled' })
  })
})

describe('a fingerprint', () => {
  const big = Buffer.alloc(3 << 20, 'abc')

  test('covers the size, the first and the last megabyte', async () => {
    const edges = [String(big.length), big.subarray(0, 1 << 20), big.subarray(-(1 << 20))]
    const expected = sha256Of(Buffer.concat(edges.map((part) => Buffer.from(part))))
    expect(await fingerprintFile(file(big))).toBe(expected)
    expect(await fingerprintFile(file('abc'))).toBe(sha256Of('3abc'))
  })

  test('of a part is that of a file with its bytes, and a mark tells two apart', async () => {
    const path = file(Buffer.concat([Buffer.from('before'), big, Buffer.from('after')]))
    const alone = await fingerprintFile(file(big, 'b'))
    expect(await fingerprintFile(path, { start: 6, size: big.length })).toBe(alone)
    expect(await fingerprintFile(file('abc', 'c'), { mark: '!x' })).toBe(sha256Of('3!xabc'))
  })
})

describe('writing whole', () => {
  test('makes the folder, replaces what was there and leaves nothing beside it', () => {
    const path = join(folder, 'a/b/list.json')
    writeWhole(path, 'one')
    writeWhole(path, Buffer.from('two'))
    expect(readFileSync(path, 'utf8')).toBe('two')
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['list.json'])
  })

  test('that fails leaves what was there, and nothing half', () => {
    const path = join(folder, 'taken')
    mkdirSync(join(path, 'inside'), { recursive: true })
    expect(() => writeWhole(path, 'x')).toThrow()
    expect(readdirSync(folder)).toEqual(['taken'])
    expect(readdirSync(path)).toEqual(['inside'])
    const under = join(file('x', 'file'), 'below')
    expect(() => writeWhole(under, 'x')).toThrow(/ENOTDIR|EEXIST|ENOENT/)
  })

  test.skipIf(process.platform === 'win32')('gives the file the mode that was asked for', () => {
    const path = join(folder, 'mine')
    writeWhole(path, 'x', 0o600)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

test('a file that is written whole takes with it what killed processes left of it, and of no other', () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  const of = (name: string, pid: number): string => `${name}.${pid}-0123456789ab.tmp`
  const names = [of('a', gone), of('b', gone), of('a', process.pid), 'a.tmp']
  for (const name of names) file('half', name)
  writeWhole(join(folder, 'a'), 'whole')
  expect(readdirSync(folder).sort()).toEqual(['a', ...names.slice(1)].sort())
})
