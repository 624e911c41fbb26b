/** The real decoding process, but for pictures that ask it to die or to hang. */
import { Socket } from 'node:net'
import { decodePicture } from '../../../src/main/images/decode.ts'
import { servePictures } from '../../../src/main/images/picture-server.ts'

const stream = new Socket({ fd: 3, readable: true, writable: true })
stream.on('close', () => process.exit(0))
servePictures(stream, async (bytes, limits, size) => {
  const text = Buffer.from(bytes).toString('latin1')
  if (text === 'ABORT') process.abort()
  if (text === 'HANG') for (;;);
  return decodePicture(bytes, limits, size)
})
