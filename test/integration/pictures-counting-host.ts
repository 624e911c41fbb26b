/** The real decoding process, slowed down, that notes each picture it is given in a file. */
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodePicture } from '../../src/main/images/decode.ts'
import { serveDecoding } from '../../src/main/images/picture-server.ts'

const log = process.env.PICTURES_TEST_LOG ?? ''
serveDecoding(async (bytes, limits, size) => {
  appendFileSync(log, createHash('sha256').update(bytes).digest('hex') + '\n')
  await sleep(Number(process.env.PICTURES_TEST_DELAY ?? '0'))
  return decodePicture(bytes, limits, size)
})
