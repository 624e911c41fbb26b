import { Socket } from 'node:net'
import { AppError, toErrorValue } from '#shared/errors.ts'
import { encodeFrame, FrameReader } from '#shared/wire.ts'
import type { WireMessage } from '#shared/wire.ts'
import { createEngine } from './engine.ts'

/**
 * The engine as a child of the shell: calls come in and events go out on fd 3. When the other end
 * is gone, so is the engine: jobs end after their batch and go on at the next start.
 */
function main(): void {
  const pipe = new Socket({ fd: 3, readable: true, writable: true })
  const send = (message: WireMessage, bytes?: Uint8Array): void => {
    if (pipe.destroyed) return
    for (const part of encodeFrame(message, bytes)) pipe.write(part)
  }
  const engine = createEngine({ resumeJobs: true })
  engine.onEvent((name, value) => send({ type: 'event', name, value }))

  const reader = new FrameReader((message) => {
    if (message.type !== 'call') return
    engine
      .call(message.name, message.input)
      .then(({ value, bytes }) =>
        send({ type: 'reply', id: message.id, ok: true, value: value ?? null }, bytes),
      )
      .catch((error: unknown) => {
        const value = toErrorValue(error)
        if (!(error instanceof AppError)) console.error(error)
        send({ type: 'reply', id: message.id, ok: false, error: value })
      })
  })

  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    void engine.stop().finally(() => process.exit(0))
  }
  pipe.on('data', (chunk: Buffer) => reader.push(chunk))
  pipe.on('end', stop)
  pipe.on('close', stop)
  pipe.on('error', stop)
  process.on('SIGINT', () => {}) // Ctrl-C in a terminal reaches the shell, which ends us in order
  process.on('SIGTERM', stop)
  send({ type: 'event', name: 'engine.ready', value: {} })
}

main()
