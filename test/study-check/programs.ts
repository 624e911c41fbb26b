import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

function run(args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    child.on('error', fail)
    child.on('close', (code) =>
      code === 0
        ? done(stdout)
        : fail(new Error(`${args.join(' ')} ended with ${code}: ${stderr}`)),
    )
  })
}

/** Draws the pictures of the check with their truth into a folder, unless they are there. */
export async function drawCheck(folder: string, groups: string, size: string): Promise<void> {
  if (existsSync(join(folder, 'truth.csv'))) return
  const tool = resolve(ROOT, 'tools/make-study/main.ts')
  await run([tool, 'check', folder, '--groups', groups, '--size', size])
}

/** Runs `gleaner` as a program of its own, from the sources; what it prints last, as JSON. */
export async function gleanerJson<T = unknown>(args: readonly string[]): Promise<T> {
  const said = await run([resolve(ROOT, 'src/main/cli/cli.ts'), ...args])
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as T
}
