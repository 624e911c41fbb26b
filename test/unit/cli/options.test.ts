import { Command } from 'commander'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { TrainSpansInput } from '#shared/contract/jobs.ts'
import { optionOf } from '../../../src/main/cli/options.ts'

/** What an option of a field becomes, by the words on a command line. */
function read(field: z.ZodType, ...args: string[]): unknown {
  const command = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addOption(optionOf('--it <value>', 'a field', field))
  return command.parse(args, { from: 'user' }).opts()['it']
}

test('a default is the one of the contract', () => {
  const { epochs, device, name } = TrainSpansInput.shape
  const usual = TrainSpansInput.parse({ corpus: 'a' })
  expect(read(epochs)).toBe(usual.epochs)
  expect(read(device)).toBe(usual.device)
  expect(read(name)).toBeUndefined()
  expect(read(epochs, '--it', '7')).toBe(7)
})

test.each([
  [z.number().int().min(1).max(64).optional(), '65', 'A whole number from 1 to 64.'],
  [z.number().int().min(1).max(64).optional(), '1.5', 'A whole number from 1 to 64.'],
  [z.number().positive().max(0.1), '0', 'A number above 0 up to 0.1.'],
  [z.number().min(0).default(3), '', 'A number from 0.'],
  [z.number().int().default(1), 'x', 'A whole number.'],
  [z.enum(['cpu', 'cuda']).default('cpu'), 'abacus', 'Allowed choices are cpu, cuda.'],
])('what does not fit is wrong usage, and the limits are said (%#)', (field, text, said) => {
  expect(() => read(field, '--it', text)).toThrow(said)
})

test('a field that the contract wants is mandatory', () => {
  expect(() => read(z.string().min(1))).toThrow(/not specified/)
  expect(() => read(z.string().min(1), '--it', '')).toThrow(/--it/)
  expect(read(z.string().min(1), '--it', 'x')).toBe('x')
})

test('nothing stands for null and for an empty text', () => {
  expect(read(z.string().default(''))).toBeUndefined()
  expect(read(z.number().nullable().default(null))).toBeUndefined()
})
