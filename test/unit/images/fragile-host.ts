/** The real decoding process, but for pictures that ask it to die or to hang. */
import { decodePicture } from '../../../src/main/images/decode.ts'
import { serveDecoding } from '../../../src/main/images/picture-server.ts'

serveDecoding(async (bytes, limits, size) => {
  const text = Buffer.from(bytes).toString('latin1')
  if (text === 'ABORT') process.abort()
  if (text === 'HANG') for (;;);
  return decodePicture(bytes, limits, size)
})
