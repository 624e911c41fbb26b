import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import yazl from 'yazl'
import { openNpz } from '../../../src/main/tables/npz.ts'

let folder: string
let temporary: string | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'npz-'))
  // What is unpacked goes where it can be counted.
  temporary = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
})
afterEach(() => {
  if (temporary === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = temporary
})

/** Version 1, float32, as numpy writes it. */
function npy(rows: number, values: number[]): Buffer {
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${values.length / rows}), }`
  const padded = head.padEnd(117) + '\n'
  const prefix = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length, 0])
  return Buffer.concat([prefix, Buffer.from(padded), Buffer.from(Float32Array.from(values).buffer)])
}

async function npz(arrays: Record<string, Buffer>, compress: boolean): Promise<string> {
  const zip = new yazl.ZipFile()
  for (const [name, bytes] of Object.entries(arrays))
    zip.addBuffer(bytes, `${name}.npy`, { compress })
  zip.end()
  const path = join(folder, 'features.npz')
  writeFileSync(path, await buffer(zip.outputStream))
  return path
}

test.each([false, true])(
  'the only array is read (compressed: %s) and nothing is left',
  async (compress) => {
    const path = await npz({ pool3: npy(2, [1, 2, 3, 4, 5, 6]) }, compress)
    const file = await openNpz(path)
    expect(file).toMatchObject({ path, rows: 2, dims: 3 })
    expect([...(await file.read(1, 1))]).toEqual([4, 5, 6])
    await file.close()
    expect(readdirSync(folder)).toEqual(['features.npz'])
  },
)

test('of several the one with a usual name is taken, else their names are told', async () => {
  const one = npy(1, [1, 2])
  const file = await openNpz(await npz({ labels: one, features: npy(1, [7, 8]) }, true))
  expect([...(await file.read(0, 1))]).toEqual([7, 8])
  await file.close()
  const statistics = await npz({ mu: one, sigma: one }, true)
  await expect(openNpz(statistics)).rejects.toMatchObject({
    kind: 'invalid-input',
    message: expect.stringContaining('mu, sigma') as string,
  })
})

test('what is no archive of arrays is refused and nothing is left', async () => {
  const path = join(folder, 'wrong.npz')
  writeFileSync(path, 'no zip at all')
  await expect(openNpz(path)).rejects.toMatchObject({ kind: 'damaged' })
  await expect(openNpz(join(folder, 'none.npz'))).rejects.toMatchObject({ kind: 'not-found' })
  const text = await npz({ features: Buffer.from('no array') }, false)
  await expect(openNpz(text)).rejects.toMatchObject({ kind: 'damaged' })
  expect(readdirSync(folder).filter((name) => name.startsWith('gleaner-'))).toEqual([])
  expect(existsSync(path)).toBe(true)
})
