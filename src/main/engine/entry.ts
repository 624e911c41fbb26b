import { AppError } from '#shared/errors.ts'
import { serveParent } from '../processes/child.ts'
import { createEngine } from './engine.ts'

/** As long as an ordered stop may take. */
const ORPHAN_MS = 15_000

/**
 * The engine as a child of the shell: calls come in and events go out. When the shell is gone, so
 * is the engine: jobs end after their batch and go on at the next start.
 */
function main(): void {
  const engine = createEngine({ resumeJobs: true, asksBeforeCommands: true, indexesTexts: true })
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    void engine.stop().finally(() => process.exit(0))
  }
  process.on('SIGINT', () => {}) // Ctrl-C in a terminal reaches the shell, which ends us in order
  process.on('SIGTERM', stop)

  const shell = serveParent(
    async (name, input) => {
      try {
        const { value, ...more } = await engine.call(name, input)
        return { value: value ?? null, ...more }
      } catch (error) {
        if (!(error instanceof AppError)) console.error(error)
        throw error
      }
    },
    { onParentGone: stop, orphanMs: ORPHAN_MS },
  )
  engine.onEvent((name, value) => shell.tell(name, value))
}

main()
