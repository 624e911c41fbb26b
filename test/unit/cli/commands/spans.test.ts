/** Commands for descriptions and labels: what each option asks of the engine. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import { addLabelCommands } from '../../../../src/main/cli/commands/labels.ts'
import { addSpanCommands } from '../../../../src/main/cli/commands/spans.ts'
import type { CliTools } from '../../../../src/main/cli/tools.ts'

const SETS = [
  { id: 4, kind: 'alt', complete: false, title: 'Begun' },
  { id: 3, kind: 'alt', complete: true, title: 'Found' },
  { id: 2, kind: 'model', complete: true, title: 'Predicted' },
  { id: 1, kind: 'alt', complete: true, title: 'Older' },
]

/** Runs a command with an engine that only listens; what was asked for, and what was printed. */
async function run(
  ...args: string[]
): Promise<{ asked: Record<string, unknown>; printed: string[] }> {
  const asked: Record<string, unknown> = {}
  const printed: string[] = []
  const answers: Record<string, unknown> = {
    'spans.sets': SETS,
    'labels.merge': { added: 0, known: 0, refused: [] },
    'labels.agreement': {},
    'training.preview': { splits: [], origins: [], warnings: [] },
  }
  const tools = {
    call(name: keyof typeof contract, input: unknown) {
      // The engine would say no to what does not fit.
      asked[name] = contract[name].input.parse(input)
      return Promise.resolve(answers[name] ?? { job: 'a-job' })
    },
    open: (corpus: string) => Promise.resolve(corpus),
    follow: () => Promise.resolve(undefined),
    print: (text: string) => void printed.push(text),
    printJson: (value: unknown) => Promise.resolve(void printed.push(JSON.stringify(value))),
  } as unknown as CliTools
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  addSpanCommands(program, tools)
  addLabelCommands(program, tools)
  for (const group of program.commands) {
    for (const command of [group, ...group.commands]) {
      command.exitOverride().configureOutput({ writeErr: () => undefined })
    }
  }
  await program.parseAsync(args, { from: 'user' })
  return { asked, printed }
}

const DATA = [
  ...['--no-labels', '--alts', '2', '--min-alt-score', '0.9', '--min-alt-words', '4'],
  ...['--types', 'title, caption', '--split', '0.5,0.3,0.2', '--split-seed', '8'],
  ...['--where', 'id>3'],
]
const DATA_ASKED = {
  corpus: 'a',
  labels: false,
  alts: 2,
  minAltScore: 0.9,
  minAltWords: 4,
  types: ['title', 'caption'],
  split: { train: 0.5, validation: 0.3, test: 0.2, seed: 8 },
  where: 'id>3',
}

test('spans train asks for all that its options say, and without them for what is usual', async () => {
  const head = [
    ...['--encoder', 'e', '--name', 'n', '--hidden', '5', '--epochs', '6', '--batch-size', '7'],
    ...['--learning-rate', '0.1', '--weight-decay', '0.2', '--cross-entropy', '0.3'],
    ...['--soft-iou', '0.4', '--patience', '8', '--monitor', 'loss', '--max-span-tokens', '9'],
    ...['--seed', '11', '--device', 'cpu'],
  ]
  expect((await run('spans', 'train', 'a', ...DATA, ...head)).asked['jobs.trainSpans']).toEqual({
    ...DATA_ASKED,
    encoder: 'e',
    name: 'n',
    hidden: 5,
    epochs: 6,
    batchSize: 7,
    learningRate: 0.1,
    weightDecay: 0.2,
    crossEntropy: 0.3,
    softIou: 0.4,
    patience: 8,
    monitor: 'loss',
    maxSpanTokens: 9,
    seed: 11,
    device: 'cpu',
  })
  const { asked } = await run('spans', 'train', 'a')
  const usual = contract['jobs.trainSpans'].input.parse({ corpus: 'a' })
  // The newest search that came to its end is learned from.
  expect(asked['jobs.trainSpans']).toEqual({ ...usual, alts: 3 })
  const without = await run('spans', 'train', 'a', '--alts', 'none')
  expect(without.asked['jobs.trainSpans']).toMatchObject({ alts: null })
})

test('a dry run counts the same data and trains nothing', async () => {
  const { asked } = await run('spans', 'train', 'a', ...DATA, '--dry-run')
  expect(asked['training.preview']).toEqual(DATA_ASKED)
  expect(asked['jobs.trainSpans']).toBeUndefined()
})

test('spans package asks for all that its options say', async () => {
  const more = [
    ...['--base', 'org/b', '--epochs', '6', '--batch-size', '7', '--learning-rate', '0.1'],
    ...['--max-length', '128', '--cross-entropy', '0.3', '--soft-iou', '0.4', '--seed', '11'],
  ]
  const { asked } = await run('spans', 'package', 'a', 'out', ...DATA, ...more)
  expect(asked['jobs.spanPackage']).toEqual({
    ...DATA_ASKED,
    out: resolve('out'),
    base: 'org/b',
    epochs: 6,
    batchSize: 7,
    learningRate: 0.1,
    maxLength: 128,
    crossEntropy: 0.3,
    softIou: 0.4,
    seed: 11,
  })
})

test('alts, predictions and launches are asked for as the options say', async () => {
  const alts = await run('spans', 'alts', 'a', '--threshold', '0.7')
  expect(alts.asked['jobs.altSpans']).toEqual({ corpus: 'a', threshold: 0.7 })
  const once = await run('spans', 'alts', 'a', '--once')
  expect(once.asked['jobs.altSpans']).toBeUndefined()
  expect(once.printed).toEqual(['set 3 holds them: Found'])
  const options = ['--model', 'm', '--n-best', '5', '--where', 'id>3', '--device', 'cpu']
  const predicted = await run('spans', 'predict', 'a', ...options)
  expect(predicted.asked['jobs.predictSpans']).toEqual({
    corpus: 'a',
    model: 'm',
    nBest: 5,
    where: 'id>3',
    device: 'cpu',
  })
  const launched = await run('spans', 'launch', 'a', 'p', '--launcher', 'gpu')
  expect(launched.asked['jobs.launch']).toEqual({
    corpus: 'a',
    package: resolve('p'),
    launcher: 'gpu',
  })
  expect((await run('spans', 'use', 'a', '2')).asked['spans.use']).toEqual({ corpus: 'a', set: 2 })
  expect((await run('spans', 'use', 'a', 'none')).asked['spans.use']).toMatchObject({ set: null })
})

test('agreement is measured as the options say, files are merged by their whole paths', async () => {
  const options = ['--unit', 'code-point', '--types', '--resamples', '9', '--seed', '3']
  const { asked } = await run('labels', 'agreement', 'a', ...options, '--where', 'id>3', '--json')
  expect(asked['labels.agreement']).toMatchObject({
    corpus: 'a',
    unit: 'code-point',
    types: true,
    resamples: 9,
    seed: 3,
    where: 'id>3',
  })
  const merged = await run('labels', 'merge', 'a', 'x.jsonl', 'y.jsonl')
  expect(merged.asked['labels.merge']).toEqual({
    corpus: 'a',
    files: [resolve('x.jsonl'), resolve('y.jsonl')],
  })
})

test.each([
  ['a share is missing', ['spans', 'train', 'a', '--split', '0.5,0.5']],
  ['a share is no number', ['spans', 'train', 'a', '--split', '0.5,,0.5']],
  ['a share is too many', ['spans', 'train', 'a', '--split', '0.4,0.3,0.2,0.1']],
  ['a set is no number', ['spans', 'train', 'a', '--alts', 'all']],
  ['epochs are not whole', ['spans', 'train', 'a', '--epochs', '2.5']],
  ['a rate is no number', ['spans', 'train', 'a', '--learning-rate', '']],
  ['the model is missing', ['spans', 'predict', 'a']],
  ['a device is none', ['spans', 'predict', 'a', '--model', 'm', '--device', 'abacus']],
])('a command is refused where %s', async (_, args) => {
  await expect(run(...args)).rejects.toThrow()
})
