#!/usr/bin/env node
/**
 * The command line: starts the engine's own program on Node 24, whatever Node runs this. In a
 * fresh clone it sets itself up first.
 */
import { spawn } from 'node:child_process'
import { existsSync, fstatSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { COMPILED, environment, guarded, nodePath, ROOT, setUp } from '../scripts/setup.mjs'

function isOpen(fd) {
  try {
    fstatSync(fd)
    return true
  } catch {
    return false
  }
}

guarded(() => {
  const cli = join(ROOT, 'out/main/cli.js')
  if (!existsSync(cli) || !existsSync(join(ROOT, 'node_modules'))) {
    setUp({ electron: false, build: true })
  }
  // Node hands on standard streams alone: pipes of a shell (`<(command)`) must be named.
  const pipes = new Set(
    process.argv.flatMap((word) => {
      const fd = Number(/^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(word)?.[1])
      return fd > 2 && fd < 1024 && isOpen(fd) ? [fd] : []
    }),
  )
  const most = Math.max(2, ...pipes)
  // A small nursery keeps the memory of a long ingest flat: buffers are given back sooner.
  const child = spawn(nodePath(), ['--max-semi-space-size=8', cli, ...process.argv.slice(2)], {
    stdio: Array.from({ length: most + 1 }, (_, fd) =>
      fd <= 2 ? 'inherit' : pipes.has(fd) ? fd : 'ignore',
    ),
    env: environment({
      GLEANER_RESOURCES: join(ROOT, 'resources'),
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILED,
    }),
  })
  // The terminal sends Ctrl-C to both; the engine ends in order and we after it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => {
    // As shells have it: 130 after Ctrl-C.
    process.exitCode = code ?? 128 + constants.signals[signal]
  })
})
