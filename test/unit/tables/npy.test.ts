import { describe, expect, it } from 'vitest'
import { openNpy } from '../../../src/main/tables/index.ts'
import { sharedData } from '../../support/shared-data.ts'
import { readNpy } from '../../support/npy.ts'
import { file, floats, npy } from './support.ts'

describe('a .npy file', () => {
  it('gives rows of float16, float32 and float64, of every version of the header', async () => {
    const values = [1, -2, 0.5, 65_504, 6.103515625e-5, 5.960464477539063e-8]
    const half = Uint16Array.from([0x3c00, 0xc000, 0x3800, 0x7bff, 0x0400, 0x0001])
    const cases = [
      ['<f4', floats(values)],
      ['<f8', new Uint8Array(Float64Array.from(values).buffer)],
      ['<f2', new Uint8Array(half.buffer)],
    ] as const
    for (const [descr, data] of cases) {
      for (const version of [1, 2, 3]) {
        const opened = await openNpy(file('a.npy', npy(descr, 3, 2, data, { version })))
        expect([opened.rows, opened.dims]).toEqual([3, 2])
        expect([...(await opened.read(1, 1))]).toEqual([0.5, 65_504])
        expect([...(await opened.read(0, 99))]).toEqual(values.map(Math.fround))
        await opened.close()
      }
    }
  })

  it('keeps infinities and NaN of float16', async () => {
    const data = new Uint8Array(Uint16Array.from([0x7c00, 0xfc00, 0x7e00]).buffer)
    const opened = await openNpy(file('a.npy', npy('<f2', 1, 3, data)))
    expect([...(await opened.read(0, 1))]).toEqual([Infinity, -Infinity, Number.NaN])
    await opened.close()
  })

  it('is refused with a reason where it cannot be read row by row', async () => {
    const data = floats([1, 2, 3, 4])
    for (const [bytes, kind, said] of [
      [npy('>f4', 2, 2, data), 'unsupported', />f4/],
      [npy('<i8', 2, 1, data), 'unsupported', /<i8/],
      [npy('<f4', 2, 2, data, { fortran: true }), 'unsupported', /Fortran/],
      [npy('<f4', 0, 0, data, { shape: '(4,)' }), 'unsupported', /shape \(4\)/],
      [npy('<f4', 0, 0, data, { shape: '(1, 2, 2)' }), 'unsupported', /1, 2, 2/],
      [npy('<f4', 3, 2, data), 'damaged', /3 rows of 2, the file holds 2/],
      [npy('<f4', 2, 2, data, { version: 9 }), 'unsupported', /version 9/],
      [Buffer.from('no array at all, but long enough'), 'damaged', /NUMPY/],
      [Buffer.from('x'), 'damaged', /NUMPY/],
    ] as const) {
      await expect(openNpy(file('a.npy', bytes))).rejects.toMatchObject({
        kind,
        message: expect.stringMatching(said) as string,
      })
    }
  })

  it('reads real embeddings as another reader does', async ({ skip }) => {
    const path = sharedData('clip/flickr100/image_embeddings.npy')
    if (path === null) return skip('no real data')
    const opened = await openNpy(path)
    const { shape, data } = readNpy(path)
    expect([opened.rows, opened.dims]).toEqual(shape)
    expect(await opened.read(123, 7)).toEqual(data.slice(123 * 512, 130 * 512))
    await opened.close()
  })
})
