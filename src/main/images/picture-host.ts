/**
 * Entry point of the process that decodes pictures. libvips and a dozen C libraries below it read
 * what strangers wrote: if one of them dies, this process dies and nothing else.
 */
import sharp from 'sharp'
import { decodePicture } from './decode.ts'
import { serveDecoding } from './picture-server.ts'

// Pictures run side by side, so one thread each; nothing is decoded twice, so no cache.
sharp.concurrency(1)
sharp.cache(false)

serveDecoding(decodePicture)
