import { CommanderError, InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import type { Job } from '#shared/contract/jobs.ts'
import { AppError, ERROR_KINDS } from '#shared/errors.ts'
import { describeError, exitCodeOf } from '../../../src/main/cli/exit.ts'
import { createSession } from '../../../src/main/cli/tools.ts'
import type { Engine } from '../../../src/main/engine/engine.ts'

test('wrong usage is 2, what failed is 1, what was interrupted is 130, help is 0', () => {
  expect(exitCodeOf(new InvalidArgumentError('A number.'))).toBe(2)
  expect(exitCodeOf(new CommanderError(1, 'commander.unknownCommand', 'unknown'))).toBe(2)
  expect(exitCodeOf(new CommanderError(0, 'commander.helpDisplayed', ''))).toBe(0)
  const codes = ERROR_KINDS.map((kind) => [kind, exitCodeOf(new AppError(kind, ''))])
  expect(codes.filter(([, code]) => code === 2)).toEqual([['invalid-input', 2]])
  expect(codes.filter(([, code]) => code === 130)).toEqual([['canceled', 130]])
  expect(codes.filter(([, code]) => code === 1)).toHaveLength(ERROR_KINDS.length - 2)
  expect(exitCodeOf(new TypeError('a fault of ours'))).toBeNull()
})

test('the terminal shows its own hint, and what the system said on a line of its own', () => {
  const hint = { window: 'Choose it in Settings.', command: 'Use --device cpu.' }
  expect(
    describeError(
      new AppError('model', 'It cannot be loaded.', hint, { details: 'OrtSession: 3' }),
    ),
  ).toBe('error: It cannot be loaded.\n       Use --device cpu.\n       details: OrtSession: 3')
  expect(describeError(new AppError('io', 'It failed.'))).toBe('error: It failed.')
})

function ended(change: Partial<Job>): Job {
  return {
    id: '1',
    kind: 'export',
    corpus: '/c',
    title: 'Export',
    state: 'done',
    progress: { done: 0, total: null, unit: '', rate: null, eta: null, note: '' },
    createdAt: '2026-01-01T00:00:00Z',
    finishedAt: null,
    error: null,
    warnings: [],
    result: [],
    ...change,
  }
}

/** A session whose engine has one job, that came to its end. */
function sessionWith(job: Job) {
  const engine = {
    call: () => Promise.resolve({ value: {} }),
    onEvent: () => () => undefined,
    finished: () => Promise.resolve(job),
    stop: () => Promise.resolve(),
  }
  return createSession(() => engine as unknown as Engine)
}

test.each(ERROR_KINDS)('a job that failed with %s is reported with it', async (kind) => {
  const error = { kind, message: 'It failed.', commandHint: 'Do this.', hint: 'Or that.' }
  const session = sessionWith(ended({ state: 'failed', error: { ...error, details: 'E1' } }))
  const thrown = await session.follow('1').then(
    () => null,
    (cause: unknown) => cause as AppError,
  )
  expect(thrown).toMatchObject({ ...error, details: 'E1' })
  expect(exitCodeOf(thrown)).toBe({ 'invalid-input': 2, canceled: 130 }[kind as string] ?? 1)
})

test('a job that was canceled ends the program as shells expect it', async () => {
  const session = sessionWith(ended({ state: 'canceled' }))
  expect(session.exitCode()).toBe(0)
  await session.follow('1')
  expect(session.exitCode()).toBe(130)
})
