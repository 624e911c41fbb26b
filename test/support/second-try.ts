import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Reporter, TestCase } from 'vitest/node'

/** A line for each test that failed and then passed; `scripts/test.mjs` shows them at its end. */
export const SECOND_TRIES = resolve(import.meta.dirname, '../../test-results/second-tries.txt')

// eslint-disable-next-line no-restricted-syntax -- vitest loads the default
export default class SecondTry implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return
    mkdirSync(dirname(SECOND_TRIES), { recursive: true })
    const why = test.result().errors?.[0]?.message.split('\n')[0] ?? ''
    appendFileSync(SECOND_TRIES, `${test.module.relativeModuleId} > ${test.fullName}: ${why}\n`)
  }
}
