import { constants, createWriteStream, openSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#shared/errors.ts'

/** What a shell puts in place of `<(command)`, and standard input by its path. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/

/**
 * Copies what comes by a pipe to a file, since tables are looked at before they are read: standard
 * input (`-`), a named pipe, or one that a shell opened. However long it takes: who writes may have
 * work to do before the first byte.
 * @param path as it was given
 * @param into a folder that the caller removes
 * @returns null where the path is no pipe
 * @throws AppError `invalid-input` for a terminal, and for a descriptor that is not open
 */
export async function spooled(path: string, into: string): Promise<string | null> {
  const source = await sourceOf(path)
  if (source === null) return null
  const copy = join(into, path === '-' ? 'standard-input' : basename(path))
  await pipeline(source, createWriteStream(copy))
  return copy
}

async function sourceOf(path: string): Promise<Readable | null> {
  const descriptor = path === '-' || path === '/dev/stdin' ? 0 : Number(DESCRIPTOR.exec(path)?.[1])
  if (descriptor === 0) {
    if (!process.stdin.isTTY) return process.stdin
    throw new AppError(
      'invalid-input',
      'Standard input is a terminal.',
      'Pipe a table into it: cat pairs.csv | gleaner similarity -',
    )
  }
  // By its number: what was written and closed before would not be seen by one who opens it anew.
  if (descriptor > 0) return pipeOf(descriptor, path)
  const found = await stat(path).catch(() => null)
  if (!found?.isFIFO()) return null
  // Opening waits for nobody, so that the command can be ended meanwhile; reading waits.
  return pipeOf(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), path)
}

function pipeOf(fd: number, path: string): Socket {
  try {
    return new Socket({ fd, readable: true, writable: false })
  } catch (error) {
    throw new AppError(
      'invalid-input',
      `${path} is no pipe that can be read.`,
      'Write the table to a file, or pipe it: command | gleaner similarity -',
      { cause: error },
    )
  }
}
