/** The real decoding process, slowed down, that notes each picture it is given in a file. */
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodePicture } from '../../src/main/images/decode.ts'
import { servePictures } from '../../src/main/images/picture-server.ts'

const log = process.env.PICTURES_TEST_LOG ?? ''
const stream = new Socket({ fd: 3, readable: true, writable: true })
stream.on('close', () => process.exit(0))
servePictures(stream, async (bytes, limits, size) => {
  appendFileSync(log, createHash('sha256').update(bytes).digest('hex') + '\n')
  await sleep(Number(process.env.PICTURES_TEST_DELAY ?? '0'))
  return decodePicture(bytes, limits, size)
})
