/**
 * Entry point of the process that decodes pictures. libvips and a dozen C libraries below it read
 * what strangers wrote: if one of them dies, this process dies and nothing else. Spoken to over
 * file descriptor 3 with the frames of `#shared/wire.ts`. First argument: bytes of memory at which it
 * ends itself.
 */
import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import sharp from 'sharp'
import { decodePicture } from './decode.ts'
import { HOST_MEMORY, OUT_OF_MEMORY } from './limits.ts'
import { servePictures } from './picture-server.ts'

// Pictures run side by side, so one thread each; nothing is decoded twice, so no cache.
sharp.concurrency(1)
sharp.cache(false)

/** `process.exit` would wait for decoders that are at work, perhaps for ever. */
const end = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

const stream = new Socket({ fd: 3, readable: true, writable: true })
// The parent is gone: so is the reason to be here.
stream.on('close', end)
stream.on('error', end)
servePictures(stream, decodePicture)

// Decoding runs in other threads, so this one is there to look on.
const memory = Number(process.argv[2] ?? HOST_MEMORY)
setInterval(() => {
  if (process.memoryUsage.rss() < memory) return
  writeSync(2, `\n${OUT_OF_MEMORY}`)
  end()
}, 50)
