/**
 * `npm test` and `npm run check`: sets up, then runs every check and prints one total. With
 * `--without-window` the end-to-end tests of the window are left out.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { withVirtualDisplay } from './display.mjs'
import { unpackDriver } from './driver.mjs'
import { environment, guarded, hasDisplay, nodePath, ROOT, setUp } from './setup.mjs'

const RESULTS = join(ROOT, 'test-results')
const withWindow = !process.argv.includes('--without-window')

const bin = (name) => join(ROOT, 'node_modules', name)
/** They look at the sources alone, on one core each: side by side. */
const looks = [
  { name: 'types', args: [bin('vue-tsc/bin/vue-tsc.js'), '--noEmit', '-p', '.'] },
  {
    name: 'format',
    args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  },
  { name: 'lint and layers', args: [bin('eslint/bin/eslint.js'), '--max-warnings', '0', '.'] },
]
const tests = [
  {
    name: 'unit and integration tests',
    args: [
      bin('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--reporter=${join(ROOT, 'test/support/second-try.ts')}`,
      `--outputFile.json=${join(RESULTS, 'vitest.json')}`,
    ],
  },
  ...(withWindow
    ? [{ name: 'end-to-end tests', args: [bin('@playwright/test/cli.js'), 'test'], display: true }]
    : []),
]

function counts() {
  const total = { passed: 0, failed: 0, skipped: 0, second: [] }
  const unit = join(RESULTS, 'vitest.json')
  if (existsSync(unit)) {
    const report = JSON.parse(readFileSync(unit, 'utf8'))
    total.passed += report.numPassedTests
    total.failed += report.numFailedTests
    total.skipped += report.numPendingTests + report.numTodoTests
  }
  const tries = join(RESULTS, 'second-tries.txt')
  if (existsSync(tries)) total.second.push(...readFileSync(tries, 'utf8').trim().split('\n'))
  const window = join(RESULTS, 'playwright.json')
  if (existsSync(window)) {
    const { stats, suites } = JSON.parse(readFileSync(window, 'utf8'))
    total.second.push(...secondTries(suites))
    total.passed += stats.expected + stats.flaky
    total.failed += stats.unexpected
    total.skipped += stats.skipped
  }
  return total
}

/** Titles of window tests that failed once and then passed. */
function secondTries(suites) {
  return suites.flatMap(({ specs = [], suites: inner = [] }) => [
    ...specs
      .filter(({ tests }) => tests.some(({ status }) => status === 'flaky'))
      .map(({ file, title }) => `${file} > ${title}`),
    ...secondTries(inner),
  ])
}

/** Runs a step to its end; what it says is shown as it comes, or `quiet` is given all of it. */
function runStep({ args }, { extra = {}, quiet } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(nodePath(), args, {
      cwd: ROOT,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: environment({ GLEANER_NODE: nodePath(), ...extra }),
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', quiet)
    }
    child.on('error', reject)
    child.on('close', resolve)
  })
}

guarded(async () => {
  setUp({ electron: withWindow, build: true })
  await unpackDriver(30)
  rmSync(RESULTS, { recursive: true, force: true })
  const failed = []
  const timed = async (step, run) => {
    const began = Date.now()
    const status = await run()
    if (status !== 0) failed.push(step.name)
    const seconds = ((Date.now() - began) / 1000).toFixed(0)
    return `── ${step.name}: ${status === 0 ? 'ok' : 'FAILED'} in ${seconds} s\n`
  }

  await Promise.all(
    looks.map(async (step) => {
      let said = ''
      const end = await timed(step, () => runStep(step, { quiet: (text) => (said += text) }))
      process.stdout.write(`\n── ${step.name}\n${said}${end}`)
    }),
  )
  for (const step of tests) {
    process.stdout.write(`\n── ${step.name}\n`)
    const run = (extra) => runStep(step, { extra })
    const end = await timed(step, () =>
      step.display && !hasDisplay() ? withVirtualDisplay(run) : run(),
    )
    process.stdout.write(end)
  }
  const { passed, failed: broken, skipped, second } = counts()
  if (second.length > 0) {
    process.stdout.write(`\npassed at the second try only:\n${second.join('\n')}\n`)
  }
  if (failed.length > 0) process.stdout.write(`\nfailed: ${failed.join(', ')}\n`)
  process.stdout.write(`\n${passed} passed, ${broken} failed, ${skipped} skipped\n`)
  process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1
})
