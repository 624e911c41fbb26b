import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CliTools } from '../tools.ts'

/**
 * Runs a job that can write its result as JSON: prints that, or what the job says for people.
 * Nothing as JSON where it was canceled.
 */
export async function printResult(
  tools: CliTools,
  isJson: boolean,
  run: (out: { out?: string }, options: { quiet: boolean }) => Promise<{ state: string }>,
): Promise<void> {
  if (!isJson) {
    await run({}, { quiet: false })
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-measure-'))
  try {
    const out = join(folder, 'result.json')
    const { state } = await run({ out }, { quiet: true })
    if (state === 'done') await tools.printJson(JSON.parse(readFileSync(out, 'utf8')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
