import { sha256Of } from '../../files/digest.ts'
import { resolve as absolute } from 'node:path'
import { Readable } from 'node:stream'
import { AppError } from '#shared/errors.ts'
import { fingerprint, listInputs, streamSource } from '../../warc/index.ts'
import type { ArchiveSource } from '../../warc/index.ts'

/** Head of a stream by which it is known again. */
const STREAM_HEAD = 64 << 10

/** The archives that are named; `-` is the stream. @throws AppError `not-found` where there is none */
export async function findSources(
  inputs: readonly string[],
  stdin: Readable | undefined,
): Promise<{
  sources: ArchiveSource[]
  failures: { name: string; reason: string; detail: string }[]
}> {
  const sources: ArchiveSource[] = []
  const failures: { name: string; reason: string; detail: string }[] = []
  for (const input of inputs) {
    if (input === '-') {
      sources.push(streamSource(stdin ?? process.stdin))
      continue
    }
    const found = await listInputs(absolute(input))
    sources.push(...found.sources)
    failures.push(...found.failures)
  }
  if (sources.length === 0 && failures.length === 0) {
    throw new AppError(
      'not-found',
      `no archive in ${inputs.join(', ')}`,
      'An archive is a file that ends in .warc, .warc.gz or .wacz, or a folder of them.',
    )
  }
  return { sources, failures }
}

/** The last part of its path. */
export function shortName(source: ArchiveSource): string {
  return source.name.split(/[/\\]/).at(-1) ?? source.name
}

/** A stream is known again by its beginning; a file by its size and ends. */
export async function identify(
  source: ArchiveSource,
  stdin: Readable | undefined,
): Promise<{ source: ArchiveSource; identity: string }> {
  if (source.kind !== 'stream') return { source, identity: await fingerprint(source) }
  const pieces: Buffer[] = []
  let size = 0
  const input = (stdin ?? process.stdin)[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  while (size < STREAM_HEAD) {
    const step = await input.next()
    if (step.done) break
    pieces.push(step.value)
    size += step.value.length
  }
  const head = Buffer.concat(pieces)
  const identity = sha256Of(head.subarray(0, STREAM_HEAD))
  const rest = Readable.from(
    (async function* () {
      if (head.length > 0) yield head
      for (;;) {
        const step = await input.next()
        if (step.done) return
        yield step.value
      }
    })(),
    { objectMode: false, highWaterMark: 1 << 20 },
  )
  return { source: streamSource(rest, source.name), identity: `stream:${identity}` }
}
