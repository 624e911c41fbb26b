import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeFrame, FrameReader } from '#shared/wire.ts'
import type { WireMessage } from '#shared/wire.ts'

const message = fc.record({
  type: fc.constant('event' as const),
  name: fc.string(),
  value: fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null)),
})

test('frames come out as they went in, wherever the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(message, fc.uint8Array({ maxLength: 300 })), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1 }),
      (frames, cuts) => {
        const stream = Buffer.concat(frames.flatMap(([m, bytes]) => encodeFrame(m, bytes)))
        const seen: [WireMessage, number[]][] = []
        const reader = new FrameReader((m, bytes) => seen.push([m, [...bytes]]))
        for (let at = 0, i = 0; at < stream.length; i++) {
          const length = cuts[i % cuts.length] as number
          reader.push(stream.subarray(at, at + length))
          at += length
        }
        // Lone surrogates cannot travel as UTF-8; everything else is the same.
        const wellFormed = frames.map(([m, bytes]) => [
          JSON.parse(Buffer.from(JSON.stringify(m)).toString()),
          [...bytes],
        ])
        expect(seen).toEqual(wellFormed)
      },
    ),
  )
})

test('a length that nobody would write is refused instead of waited for', () => {
  const reader = new FrameReader(() => {})
  expect(() => reader.push(new Uint8Array(16).fill(255))).toThrow(/too long/)
})
