import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { AppError } from '#shared/errors.ts'

/** Longest output of a command that is kept, characters. */
const KEPT = 20_000

/** Resolves when the process runs. @throws AppError `io` where it cannot be started. */
export function started(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve())
    child.once('error', (error) => reject(notStarted(name, error)))
  })
}

const notStarted = (name: string, error: Error): AppError =>
  new AppError('io', `${name} cannot be started.`, `Is ${name} installed?`, {
    cause: error,
    details: error.message,
  })

/** Standard output of a command for sh. @throws AppError `io` with what it complained of. */
export const inShell = (command: string, cwd: string): Promise<string> =>
  output('sh', ['-c', command], cwd)

/** Standard output of a program. @throws AppError `io` with what it complained of. */
export function output(program: string, args: readonly string[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    let complaint = ''
    child.stdout
      .setEncoding('utf8')
      .on('data', (chunk: string) => (said = (said + chunk).slice(-KEPT)))
    child.stderr.on(
      'data',
      (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-KEPT)),
    )
    child.on('error', (error) => reject(notStarted(program, error)))
    child.on('close', (code) =>
      code === 0 ? resolve(said) : reject(failed(program, code, complaint || said)),
    )
  })
}

/** Runs two programs, the first one's output into the second. @throws AppError `io` */
export async function piped(
  from: [string, readonly string[]],
  into: [string, readonly string[]],
): Promise<void> {
  const source = spawn(from[0], from[1], { stdio: ['ignore', 'pipe', 'pipe'] })
  const sink = spawn(into[0], into[1], { stdio: ['pipe', 'ignore', 'pipe'] })
  // A program that ended early, or never began, says so itself; the other one must not wait for it.
  sink.stdin.on('error', () => source.stdout.destroy())
  sink.once('error', () => source.kill())
  source.once('error', () => sink.stdin.end())
  source.stdout.pipe(sink.stdin)
  const ends = await Promise.allSettled([ended(from[0], source), ended(into[0], sink)])
  const [first, second] = ends.map((end) => (end.status === 'rejected' ? end : null))
  // Where ssh fails, tar fails with it and knows less.
  const wrong = into[0] === 'ssh' ? (second ?? first) : (first ?? second)
  if (wrong) throw wrong.reason
}

function ended(name: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let complaint = ''
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-KEPT)),
    )
    child.on('error', (error) => reject(notStarted(name, error)))
    child.on('close', (code) => (code === 0 ? resolve() : reject(failed(name, code, complaint))))
  })
}

const failed = (program: string, code: number | null, complaint: string): AppError =>
  new AppError(
    'io',
    `${program} ended with ${code ?? 'a signal'}: ${complaint.trim().slice(-500) || 'it said nothing'}`,
  )
