import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'

const BIN = resolve(import.meta.dirname, '../../bin/gleaner.mjs')

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

export interface CliOptions {
  home: string
  /** A file that becomes standard input. */
  stdin?: string
  /** Sent when the text is first seen on standard error. */
  signalOn?: { text: RegExp; signal: NodeJS.Signals }
}

/** Runs `gleaner` as a person does: as a program of its own, from the clone. */
export function gleaner(args: string[], options: CliOptions): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, GLEANER_HOME: options.home, GLEANER_CHECK_ANSWERS: '1' },
    })
    if (options.stdin !== undefined && child.stdin) {
      createReadStream(options.stdin).pipe(child.stdin)
      child.stdin.on('error', () => {}) // it may end before it has read everything
    }
    let stdout = ''
    let stderr = ''
    let signaled = false
    // A character may come in two chunks.
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
      if (options.signalOn && !signaled && options.signalOn.text.test(stderr)) {
        signaled = true
        child.kill(options.signalOn.signal)
      }
    })
    child.on('error', fail)
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

export function jsonLines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}
