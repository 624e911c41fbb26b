import { AppError } from '#shared/errors.ts'
import { createEngine } from '../engine/engine.ts'
import { describeError, exitCodeOf } from './exit.ts'
import { createProgram } from './program.ts'
import { harmless } from './terminal.ts'
import { createSession } from './tools.ts'

async function main(): Promise<void> {
  // A reader that has seen enough (head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const session = createSession(() => createEngine({ resumeJobs: false }))
  let failed: number | null = null
  try {
    await createProgram(session).parseAsync()
  } catch (error) {
    failed = exitCodeOf(error)
    if (failed === null) throw error
    if (error instanceof AppError) process.stderr.write(`${harmless(describeError(error))}\n`)
  } finally {
    await session.close()
  }
  process.exitCode = failed ?? session.exitCode()
}

await main()
