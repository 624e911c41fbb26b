import type { TrainingRun } from '#shared/contract/training.ts'
import type { SpanManifest } from '../kinds/span/manifest.ts'
import type { TextEncoderModel } from '../kinds/text-encoder/types.ts'

const count = (n: number): string => n.toLocaleString('en')
const figure = (value: number): string => value.toFixed(3)
/** Text of others in a Markdown document: no markup, no table cell that ends early. */
const plain = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>()#|!~]/g, (sign) => `\\${sign}`)

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** MODEL_CARD.md of a span model: what it learned from, how well it does, what it cannot do. */
export function spanModelCard(
  manifest: SpanManifest,
  encoder: TextEncoderModel,
  run: TrainingRun,
): string {
  const { decode, text } = manifest
  const best = run.history.find(({ epoch }) => epoch === run.bestEpoch)
  const parts = [
    `# ${plain(manifest.name)}`,
    plain(manifest.description),
    `Finds the words on a page that describe a picture: given the text before it, its caption and the text after it, a span of them or "no answer". A frozen encoder with a start/end head that Gleaner trained on it, as one ONNX graph (\`${manifest.graph.file}\`) with the inputs and outputs of a transformers question answering model.`,
    '## Encoder',
    table(
      ['', ''],
      [
        ['id', plain(encoder.id)],
        ['name', plain(encoder.manifest.name)],
        ['digest', encoder.digest],
        ['licence', plain(encoder.manifest.license ?? 'not stated')],
        ['hidden states', `${count(encoder.manifest.dim)} numbers`],
        [
          'window',
          `${count(text.maxLength)} tokens, blocks ${text.breaks === 'pad' ? 'marked' : 'not marked'}`,
        ],
      ],
    ),
    ...(encoder.manifest.demonstration
      ? ['The encoder is a small one for demonstration; so is this model.']
      : []),
    '## Data',
    'Split by site: no site of one part is in another.',
    table(
      ['part', 'texts', 'with an answer', 'sites'],
      run.splits.map((one) => [one.split, count(one.texts), count(one.answers), count(one.sites)]),
    ),
    '## Training',
    `${run.createdAt}, run ${run.id}. ${count(run.history.length)} epochs, the weights are those of epoch ${run.bestEpoch ?? 'unknown'}.`,
    table(
      ['setting', 'value'],
      Object.entries(run.config)
        .filter(([key]) => key !== 'corpus')
        .map(([key, value]) => [plain(key), plain(JSON.stringify(value) ?? '')]),
    ),
    ...(best
      ? [
          `On validation at that epoch: loss ${figure(best.validationLoss)}, exact match ${figure(best.exactMatch)}, IoU ${figure(best.iou)}, F1 ${figure(best.f1)} (means over texts, in tokens). All epochs are in \`history.json\`.`,
        ]
      : []),
    ...run.warnings.map((warning) => `**Warning:** ${plain(warning)}`),
    '## Test',
    ...(run.test.length > 0
      ? [
          'On sites that were not trained on, texts with an answer, in code points; below the model guesses that need none:',
          table(
            ['', 'n', 'exact match', 'IoU', 'F1'],
            run.test.map((one) => [
              plain(one.name),
              count(one.n),
              figure(one.exactMatch),
              figure(one.iou),
              figure(one.f1),
            ]),
          ),
        ]
      : ['Not tested: there was no test part, or the training was stopped before.']),
    '## Confidence',
    `Logits are divided by ${figure(decode.temperature)}${run.temperature === null ? '' : ', fitted on validation'}; ${
      run.calibrationError === null
        ? 'how well confidence and exact match agree was not measured.'
        : `expected calibration error on validation ${figure(run.calibrationError)}.`
    } Spans have up to ${count(decode.maxSpanTokens)} tokens.`,
    '## What it cannot do',
    [
      '- It reads words alone. It never sees the picture: whether a span fits is for CLIP or a person to say.',
      '- It finds words that are there; it writes none.',
      '- It learned from the sites above. On other kinds of pages and in other languages its figures do not hold.',
      '- Where it was taught by alt texts that stand in the page, it learned what alt texts say, which is not always a description.',
      '- Of a text longer than a window only one window sees the place of the picture.',
    ].join('\n'),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}
