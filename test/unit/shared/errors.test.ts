import { describe, expect, it } from 'vitest'
import { ErrorValue } from '#shared/contract/error.ts'
import { AppError, fromErrorValue, hintForCommand, toErrorValue } from '#shared/errors.ts'

describe('an error', () => {
  it('crosses a process with both hints and its details', () => {
    const thrown = new AppError(
      'model',
      'The model cannot be loaded.',
      { window: 'Choose the CPU in Settings.', command: 'Use --device cpu.' },
      { details: 'OrtSessionOptionsAppendExecutionProvider_Cuda: no such file' },
    )
    const sent = ErrorValue.parse(JSON.parse(JSON.stringify(toErrorValue(thrown))))
    expect(sent).toEqual({
      kind: 'model',
      message: 'The model cannot be loaded.',
      hint: 'Choose the CPU in Settings.',
      commandHint: 'Use --device cpu.',
      details: 'OrtSessionOptionsAppendExecutionProvider_Cuda: no such file',
    })
    expect(toErrorValue(fromErrorValue(sent))).toEqual(sent)
  })

  it('has one hint for both where no command is named', () => {
    const thrown = fromErrorValue({ kind: 'io', message: 'It failed.', hint: 'Free some space.' })
    expect(thrown.hint).toBe('Free some space.')
    expect(hintForCommand(thrown)).toBe('Free some space.')
  })

  it('gives the command line its own words', () => {
    const thrown = new AppError('not-found', 'No model.', { window: 'Settings.', command: 'add' })
    expect(hintForCommand(thrown)).toBe('add')
    expect(thrown.hint).toBe('Settings.')
  })
})
