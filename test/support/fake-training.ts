import type {
  AltReport,
  EpochRecord,
  Handlers,
  Job,
  SpanSet,
  TextModelInfo,
  TrainingRun,
  UselessAltRuleValue,
} from '#shared/contract/index.ts'
import type { PairDetail } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'

/** What the fake program lends. */
export interface FakeTools {
  corpus: string
  pairs: number
  /** Nothing was trained or predicted before. */
  fresh: boolean
  jobStep: number
  emit(name: string, value: unknown): void
  startJob(
    kind: Job['kind'],
    title: string,
    total: number,
    unit: string,
    note: string,
    done: () => void,
    result?: Job['result'],
  ): { job: string }
}

const RULES: UselessAltRuleValue[] = [
  {
    name: 'no-words',
    explanation: 'No letter, digit or emoji: punctuation and signs only.',
    test: { pattern: '^[^\\p{L}\\p{N}\\p{Extended_Pictographic}]*$' },
    examples: ['...', '*', ':-)'],
    spares: ['100 °C'],
  },
  {
    name: 'camera-name',
    explanation: 'The name a camera, phone or scanner gives to a file.',
    test: { pattern: '^(?:img|dsc[nf]?|photo)[\\s_-]*\\d+(?:\\.(?:jpe?g|png))?$' },
    examples: ['IMG_123', 'DSC00381', 'photo 3'],
    spares: ['R2-D2', 'Photo 51 by Rosalind Franklin'],
  },
  {
    name: 'file-name',
    explanation: 'A file name with its ending.',
    test: { pattern: '^[^\\s/]+\\.(?:jpe?g|png|gif|svg)$' },
    examples: ['lake_erie_charter.jpg'],
    spares: ['The JPG format'],
  },
  {
    name: 'furniture',
    explanation: 'Names a part of the page: logo, icon, banner, button, avatar.',
    test: { pattern: '^(?:site )?(?:logos?|icons?|banners?|avatars?)$' },
    examples: ['logo', 'site logo'],
    spares: ['A crow on top of a shop logo in the rain'],
  },
  {
    name: 'word-list',
    explanation: 'A list of search words: many short pieces between commas.',
    test: { measure: 'listed-words', atLeast: 0.9, minWords: 12 },
    examples: [
      'boat, boats, ship, ships, sea, seaside, harbour, pier, sail, sails, mast, rope, buoy',
    ],
    spares: ['Boats, ships and one very old pier'],
  },
]

const WORDS = [
  [
    'before',
    'The last of them shows ',
    'a sailing boat leaving the harbour at dusk',
    ', taken from the north pier.',
  ],
  ['caption', '', 'The market square before the fire', '. Photo: city archive'],
  [
    'after',
    'Beside it hangs ',
    'Still life with apples and quinces',
    ', which the museum bought in 1924 — 灯台.',
  ],
  ['before', 'On the way down one passes ', 'the old warehouse district', ' and its cranes.'],
] as const

const MODELS: TextModelInfo[] = [
  {
    id: 'demo-encoder',
    kind: 'text-encoder',
    name: 'Small encoder for demonstration',
    state: 'installed',
    problem: null,
    license: 'Apache-2.0',
    description: 'Four layers, trained on little text. Shows how training works.',
    digest: '77aa'.repeat(16),
    dim: 256,
    maxLength: 512,
    bytes: 11_400_000,
    folder: '/opt/gleaner/resources/models/demo-encoder',
    isDemonstration: true,
    isBundled: true,
  },
  {
    id: 'bert-base-multilingual-cased',
    kind: 'text-encoder',
    name: 'BERT base, multilingual, cased',
    state: 'installed',
    problem: null,
    license: 'Apache-2.0',
    description: 'A folder of your own.',
    digest: '1b9e'.repeat(16),
    dim: 768,
    maxLength: 512,
    bytes: 178_000_000,
    folder: '/data/models/bert-base-multilingual-cased',
    isDemonstration: false,
    isBundled: false,
  },
  {
    id: 'broken-encoder',
    kind: 'text-encoder',
    name: 'my-roberta',
    state: 'broken',
    problem: 'tokenizer.json is missing in /data/models/my-roberta.',
    license: null,
    description: 'A folder of your own.',
    digest: null,
    dim: null,
    maxLength: null,
    bytes: null,
    folder: '/data/models/my-roberta',
    isDemonstration: false,
    isBundled: false,
  },
]

function spanModel(id: string, name: string): TextModelInfo {
  return {
    ...(MODELS[1] as TextModelInfo),
    id,
    kind: 'span',
    name,
    description: 'A head that was trained here.',
    folder: `/home/anna/.gleaner/models/${id}`,
  }
}

/** The span of the set in use within the text before a picture; every seventh pair has none. */
export function fakeSpan(
  id: number,
  before: string,
): { quote: string | null; detail: PairDetail['span'] } {
  const end = before.indexOf(' and handed')
  const none = id % 7 === 0 || end < 0
  return {
    quote: none ? null : before.slice(0, end),
    detail: {
      set: 2,
      title: 'head-2026-02-03',
      place: none ? null : { source: 'before', start: 0, end },
      kind: null,
      confidence: 0.4 + (id % 50) / 100,
    },
  }
}

/** Curves as they look in life: losses fall and part, matches rise and level off. */
function epoch(n: number, seed: number): EpochRecord {
  const rough = (k: number) => 0.012 * Math.sin(n * (1.7 + k) + seed * 3)
  const trainLoss = 0.42 + 2.6 * Math.exp(-n / (4 + seed)) + rough(0)
  const validationLoss =
    0.78 + 2.4 * Math.exp(-n / (4 + seed)) + Math.max(0, n - 11) * 0.012 + rough(1)
  const iou = 0.74 - seed * 0.05 - 0.55 * Math.exp(-n / 5) + rough(2) * 0.6
  return {
    epoch: n,
    trainLoss,
    trainCrossEntropy: trainLoss * 0.7,
    trainSoftIou: trainLoss * 0.3,
    validationLoss,
    validationCrossEntropy: validationLoss * 0.7,
    validationSoftIou: validationLoss * 0.3,
    exactMatch: iou - 0.13,
    iou,
    f1: iou + 0.07,
    seconds: 4.2,
  }
}

function runOf(id: string, title: string, epochs: number, seed: number): TrainingRun {
  return {
    id,
    kind: 'head',
    title,
    state: 'done',
    createdAt: `2026-02-0${3 - seed}T11:0${seed}:00Z`,
    finishedAt: `2026-02-0${3 - seed}T11:1${seed}:00Z`,
    encoder: 'bert-base-multilingual-cased',
    config: {
      hidden: seed ? 0 : 64,
      epochs: 40,
      learningRate: 0.003,
      softIou: seed ? 0 : 1,
      monitor: 'iou',
      where: '',
    },
    splits: [
      { split: 'train', texts: 2310, answers: 2104, sites: 412 },
      { split: 'validation', texts: 488, answers: 440, sites: 88 },
      { split: 'test', texts: 512, answers: 471, sites: 91 },
    ],
    history: Array.from({ length: epochs }, (_, i) => epoch(i + 1, seed)),
    bestEpoch: epochs - 5,
    test: [
      {
        name: 'model',
        n: 471,
        exactMatch: 0.588 - seed * 0.05,
        iou: 0.712 - seed * 0.05,
        f1: 0.781,
      },
      { name: 'nearest block', n: 471, exactMatch: 0.172, iou: 0.334, f1: 0.441 },
      { name: 'longest sentence', n: 471, exactMatch: 0.094, iou: 0.241, f1: 0.332 },
    ],
    temperature: 1.42,
    calibrationError: 0.031,
    model: seed ? 'head-2026-02-02' : 'head-2026-02-03',
    warnings: seed
      ? []
      : [
          'Validation loss has risen from 0.921 (epoch 11) to 1.012 (epoch 22) while IoU still rose from 0.681 to 0.734 (epoch 17): spans get better, but the model becomes overconfident. Trust its confidence only after calibration, or stop at epoch 11.',
        ],
    error: null,
  }
}

function setOf(id: number, kind: SpanSet['kind'], title: string, n: number, part: number): SpanSet {
  return {
    id,
    kind,
    title,
    model: kind === 'model' ? 'head-2026-02-03' : null,
    digest: kind === 'model' ? '9f2c'.repeat(16) : null,
    pairs: n,
    described: Math.round(n * part),
    createdAt: `2026-02-03T1${id}:02:00Z`,
    complete: true,
    current: kind === 'model',
  }
}

/** Spans and training without a corpus: the same numbers for the same n. */
export function fakeTraining(tools: FakeTools): Partial<Handlers> {
  const { corpus, pairs: N, startJob, emit } = tools
  const changed = (what: string[]) => emit('corpus.changed', { corpus, what })
  let own: UselessAltRuleValue[] | null = null
  let sets: SpanSet[] = tools.fresh
    ? []
    : [
        setOf(1, 'alt', 'alts in the text, 2026-02-03', N, 0.43),
        setOf(2, 'model', 'head-2026-02-03', N, 0.86),
      ]
  let runs: TrainingRun[] = tools.fresh
    ? []
    : [
        runOf('r2', 'BERT base multilingual, head 64', 22, 0),
        runOf('r1', 'BERT base multilingual, linear', 18, 1),
      ]
  let models = tools.fresh ? MODELS : [...MODELS, spanModel('head-2026-02-03', 'head-2026-02-03')]
  const part = (share: number) => Math.round(N * share)

  function report(): AltReport {
    const example = (i: number, kind: string, score: number) => {
      const [source, left, quote, right] = WORDS[i % WORDS.length] as (typeof WORDS)[number]
      const start = left.length
      return {
        pair: Math.min(N, i * 7 + 3),
        alt: kind === 'exact' ? quote : quote.replace('the ', '').toUpperCase(),
        place: { source, start, end: start + quote.length, quote },
        kind,
        score,
        left,
        right,
      }
    }
    const many = (kind: string, score: (i: number) => number) =>
      Array.from({ length: Math.min(N, 40) }, (_, i) => example(i, kind, score(i)))
    return {
      pairs: N,
      useless: [
        { rule: 'empty', explanation: 'No alt text, or a blank one.', n: part(0.08) },
        ...RULES.map((rule, i) => ({
          rule: rule.name,
          explanation: rule.explanation,
          n: part(0.05 / (i + 1)),
        })),
      ],
      lookedFor: part(0.81),
      best: { exact: part(0.29), normalised: part(0.09), near: part(0.05), none: part(0.38) },
      sources: { before: part(0.11), caption: part(0.25), after: part(0.07) },
      several: part(0.06),
      nearMisses: [
        { similarity: '0.60', n: part(0.04) },
        { similarity: '0.70', n: part(0.02) },
      ],
      examples: [
        ...many('exact', () => 1),
        ...many('normalised', () => 1),
        ...many('near', (i) => 0.82 + (i % 9) / 60),
      ],
      nearMissExamples: many('near', (i) => 0.6 + (i % 19) / 100),
    }
  }

  function train(title: string, epochs: number): { job: string } {
    const id = `r${runs.length + 1}`
    const empty: TrainingRun = {
      ...runOf(id, title, 0, 0),
      state: 'running',
      createdAt: new Date().toISOString(),
      finishedAt: null,
      bestEpoch: null,
      test: [],
      temperature: null,
      calibrationError: null,
      model: null,
      warnings: [],
    }
    runs = [empty, ...runs]
    changed(['training'])
    const timer = setInterval(() => {
      const now = runs.find((run) => run.id === id) as TrainingRun
      if (now.history.length >= epochs) {
        clearInterval(timer)
        return
      }
      const next = { ...now, history: [...now.history, epoch(now.history.length + 1, 0)] }
      runs = runs.map((run) => (run.id === id ? next : run))
      changed(['training'])
    }, tools.jobStep * 0.9)
    return startJob('train-spans', title, epochs, 'epochs', 'cpu, 8 threads', () => {
      const model = `head-${id}`
      runs = runs.map((run) =>
        run.id === id
          ? { ...runOf(id, title, epochs, 0), createdAt: empty.createdAt, bestEpoch: epochs, model }
          : run,
      )
      models = [...models, spanModel(model, title)]
      changed(['training'])
    })
  }

  return {
    'spans.sets': () => sets,
    'spans.use': ({ set }) => {
      sets = sets.map((item) => ({ ...item, current: item.id === set }))
      return {}
    },
    'spans.freezeLabels': () => {
      const made = setOf(sets.length + 1, 'labels', 'labels, 2026-02-03', 512, 0.91)
      sets = [...sets, { ...made, current: false }]
      return made
    },
    'spans.altReport': () => report(),
    'spans.rules': () => ({ rules: own ?? RULES, own: own !== null }),
    'spans.setRules': ({ rules }) => {
      own = rules
      return {}
    },
    'spans.tryRules': ({ rules }) => {
      for (const rule of rules) {
        if (!('pattern' in rule.test)) continue
        const pattern = new RegExp(rule.test.pattern, 'iu')
        const missed = rule.examples.find((example) => !pattern.test(example))
        if (missed !== undefined)
          throw new AppError(
            'invalid-input',
            `Rule ${rule.name} for uninformative alt texts: It does not match its example ${JSON.stringify(missed)}.`,
          )
      }
      return {
        alts: part(0.92),
        taken: rules.map((rule, i) => ({
          rule: rule.name,
          n: part(0.06 / (i + 1)),
          examples: [...rule.examples, 'IMG_2041', 'harbour-12.png'].slice(0, 5),
        })),
      }
    },
    'spans.measures': () =>
      tools.fresh
        ? []
        : [
            { name: 'all', n: 512, exactMatch: 0.571, iou: 0.694, f1: 0.762 },
            { name: 'content', n: 261, exactMatch: 0.602, iou: 0.731, f1: 0.794 },
            { name: 'caption', n: 118, exactMatch: 0.678, iou: 0.802, f1: 0.851 },
            { name: 'context', n: 61, exactMatch: 0.361, iou: 0.512, f1: 0.603 },
            { name: 'title', n: 24, exactMatch: 0.583, iou: 0.641, f1: 0.702 },
            { name: 'no description', n: 48, exactMatch: 0.438, iou: 0.438, f1: 0.438 },
          ],
    'spans.coverage': ({ minCosine, minConfidence }) => {
      const good = (mean: number) => 1 / (1 + Math.exp((minCosine - mean) / 0.02))
      const span = good(0.285) * (1 - minConfidence * 0.8)
      const both = Math.round(part(0.93) * good(0.29) * 0.55 * span)
      const altOnly = Math.round(part(0.93) * good(0.29) * 0.62) - both
      const spanOnly = Math.round(part(0.93) * span * 0.8) - both
      return {
        pictures: part(0.93),
        altOnly: Math.max(0, altOnly),
        spanOnly: Math.max(0, spanOnly),
        both,
        neither: part(0.93) - both - Math.max(0, altOnly) - Math.max(0, spanOnly),
        unscored: part(0.02),
      }
    },
    'spans.density': ({ columns, rows }) => {
      const counts = new Array<number>(columns * rows).fill(0)
      const n = part(0.8)
      const weight: number[] = []
      let sum = 0
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const x = (column + 0.5) / columns
          const y = (row + 0.5) / rows
          const w = Math.exp(-((y - 0.32 - 0.34 * x) ** 2) / 0.018) * (0.15 + x ** 2)
          weight.push(w)
          sum += w
        }
      let left = n
      let carry = 0
      weight.forEach((w, i) => {
        const exact = (w / sum) * n + carry
        counts[i] = Math.min(left, Math.round(exact))
        carry = exact - (counts[i] as number)
        left -= counts[i] as number
      })
      return {
        columns,
        rows,
        confidence: [0, 1],
        cosine: [0.12, 0.42],
        counts,
        n: n - left,
        pearson: n < 3 ? null : 0.463,
        spearman: n < 3 ? null : 0.441,
      }
    },
    'training.models': () => models,
    'training.addModel': ({ source }) => {
      const made = {
        ...(MODELS[1] as TextModelInfo),
        id: source,
        name: 'BERT tiny',
        folder: source,
      }
      models = [...models, made]
      return made
    },
    'training.removeModel': ({ id }) => {
      models = models.filter((model) => model.id !== id)
      return {}
    },
    'training.preview': ({ labels, alts, minAltScore, minAltWords, split, where }) => {
      if (where.includes('(')) throw new AppError('invalid-input', 'a bracket is not closed')
      const byAlt =
        alts === null ? 0 : Math.round(part(0.4) * (1.6 - minAltScore) * 0.9 ** minAltWords)
      const byLabel = labels && !tools.fresh ? Math.min(512, N) : 0
      const all = byAlt + byLabel
      const of = (name: 'train' | 'validation' | 'test') => ({
        split: name,
        texts: Math.round(all * split[name]),
        answers: Math.round(all * split[name] * 0.94),
        sites: Math.round(Math.sqrt(all) * 6 * split[name]),
      })
      return {
        splits: [of('train'), of('validation'), of('test')],
        origins: [
          { origin: 'label', n: Math.round(byLabel * 0.91) },
          { origin: 'none', n: Math.round(byLabel * 0.09) },
          { origin: 'exact', n: Math.round(byAlt * 0.7) },
          { origin: 'normalised', n: Math.round(byAlt * 0.2) },
          { origin: 'near', n: Math.round(byAlt * 0.1) },
        ].filter((origin) => origin.n > 0),
        warnings:
          all > 0 && all < 200
            ? ['Only 41 texts to validate on: its numbers will move by several hundredths.']
            : byLabel === 0 && all > 0
              ? ['No labels: the head learns to find alts, and is tested on finding alts.']
              : [],
      }
    },
    'training.runs': () => runs,
    'jobs.altSpans': () =>
      startJob('alt-spans', 'Find alt texts in page text', N, 'pairs', '4 workers', () => {
        sets = [
          ...sets,
          { ...setOf(sets.length + 1, 'alt', 'alts in the text', N, 0.43), current: false },
        ]
        changed(['spans'])
      }),
    'jobs.trainSpans': ({ encoder, epochs }) => train(`Head on ${encoder}`, Math.min(epochs, 12)),
    'jobs.predictSpans': ({ model }) =>
      startJob('predict-spans', `Predict spans with ${model}`, N, 'pairs', 'cpu, batch 16', () => {
        sets = [...sets, { ...setOf(sets.length + 1, 'model', model, N, 0.88), current: false }]
        changed(['spans'])
      }),
    'jobs.spanPackage': ({ out }) =>
      startJob(
        'span-package',
        'Write a training package',
        3310,
        'texts',
        'SQuAD',
        () => undefined,
        [
          { label: 'texts', value: '3,310' },
          { label: 'folder', value: out },
        ],
      ),
    'jobs.launch': ({ launcher }) =>
      startJob(
        'launch',
        `Fine-tune by ${launcher}`,
        3,
        'epochs',
        'epoch 1, loss 1.204',
        () => undefined,
      ),
  }
}
