import type {
  Bridge,
  CallArgs,
  CallName,
  CorpusInfo,
  ExportSkip,
  Handlers,
  Job,
  PictureTextInfo,
} from '#shared/contract/index.ts'
import type { ImageStatus, Pair, PairDetail, PairRow, TextSource } from '#shared/domain.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import { EXPORT_NEEDS, isBlank } from '#shared/export-needs.ts'
import { parseQuery, type Query } from '#shared/query/index.ts'
import { fakeLabels } from './fake-labels.ts'
import { fakeRecognise } from './fake-tables.ts'
import { fakeSpan, fakeTraining } from './fake-training.ts'
import { DEFAULT_SETTINGS, type Settings } from '#shared/settings.ts'

/**
 * A program behind the window that lives in memory: for looking at the window without one. The
 * same seed gives the same pairs. Never part of the product.
 */
export interface FakeOptions {
  pairs: number
  /** No corpus was ever opened. */
  first?: boolean
  unscored?: boolean
  /** Nothing was trained or predicted. */
  fresh?: boolean
  theme?: Settings['theme']
  noModels?: boolean
  longText?: boolean
  /** Milliseconds an answer takes. */
  delay?: number
  /** Milliseconds between two twelfths of a job. */
  jobStep?: number
  /** The only model is the one that comes with the program. */
  demonstration?: boolean
  /** What the file dialog answers. */
  chosen?: string[] | undefined
  /** A call that fails, by name. */
  failing?: string
}

const MODEL = 'clip-vit-base-patch32'
const OTHER = 'siglip-base-patch16-224'
const CORPUS = '/data/corpora/harbour-archive.gleaner'

const MODELS: PictureTextInfo[] = [
  {
    id: MODEL,
    name: 'CLIP ViT-B/32',
    kind: 'picture-text',
    family: 'clip',
    state: 'installed',
    problem: null,
    license: 'MIT',
    bytes: 153_400_000,
    digest: '9f2c4be1d0a7715cbb8f1f7ce7a0fe1140a1b9e1f2a6c7d2f5e08c1b2a3d4e5f',
    embeddingDim: 512,
    imageSize: 224,
    dtype: 'int8',
    description: 'The usual measure for English alt text; most published cutoffs refer to it.',
    cutoffs: [
      { cosine: 0.28, label: 'LAION-5B, English', source: 'Schuhmann et al. 2022' },
      { cosine: 0.3, label: 'LAION-400M', source: 'Schuhmann et al. 2021' },
    ],
    folder: '/data/models/clip-vit-base-patch32',
    preprocessing: [
      { label: 'Camera orientation (EXIF)', value: 'ignored: scored as the pixels are stored' },
      { label: 'Transparency', value: 'dropped: hidden colours are scored as they are' },
    ],
    isDemonstration: false,
    isBundled: false,
  },
  {
    id: OTHER,
    name: 'SigLIP B/16 224',
    kind: 'picture-text',
    family: 'siglip',
    state: 'installed',
    problem: null,
    license: 'Apache-2.0',
    bytes: 412_000_000,
    digest: '1b9e1f2a6c7d2f5e08c1b2a3d4e5f9f2c4be1d0a7715cbb8f1f7ce7a0fe1140a',
    embeddingDim: 768,
    imageSize: 224,
    dtype: 'fp16',
    description: 'Stronger on fine detail; its cosines are much lower than those of CLIP.',
    cutoffs: [],
    folder: null,
    preprocessing: [],
    isDemonstration: false,
    isBundled: false,
  },
  {
    id: 'openai/clip-vit-large-patch14',
    name: 'CLIP ViT-L/14',
    kind: 'picture-text',
    family: 'clip',
    state: 'available',
    problem: null,
    license: 'MIT',
    bytes: 1_710_000_000,
    digest: null,
    embeddingDim: 768,
    imageSize: 224,
    dtype: 'fp32',
    description: 'Slower and better; cutoffs of ViT-B/32 do not carry over.',
    cutoffs: [],
    folder: null,
    preprocessing: [],
    isDemonstration: false,
    isBundled: false,
  },
  {
    id: 'broken-model',
    name: 'my-finetune',
    kind: 'picture-text',
    family: 'clip',
    state: 'broken',
    problem: 'tokenizer.json is missing in /data/models/my-finetune.',
    license: null,
    bytes: null,
    digest: null,
    embeddingDim: null,
    imageSize: null,
    dtype: null,
    description: 'A folder of your own.',
    cutoffs: [],
    folder: '/data/models/my-finetune',
    preprocessing: [],
    isDemonstration: false,
    isBundled: false,
  },
]

const KINDS = ['sea', 'hills', 'person', 'fruit', 'town', 'chart', 'logo'] as const
const WORDS: Record<(typeof KINDS)[number], readonly string[]> = {
  sea: [
    'A sailing boat leaving the harbour at dusk',
    'Fishing boat off the coast, calm water',
    'View of the bay from the old pier',
    'Regatta, second day, light wind from the south-west',
  ],
  hills: [
    'Mountain range above the tree line in early autumn',
    'The valley seen from the northern path',
    'Spruce forest below the ridge',
    'Hiking trail number 7, last third',
  ],
  person: [
    'Portrait of the harbour master, 1987',
    'Our new colleague in the archive department',
    'Anna Lindqvist at the opening of the exhibition',
    'Speaker at the annual meeting',
  ],
  fruit: [
    'Five apples on a wooden table',
    'Still life with apples and quinces',
    'Harvest of the community orchard',
    'Ripe fruit from the monastery garden',
  ],
  town: [
    'Houses along the main street, seen from the tower',
    'The market square before the fire',
    'New apartment blocks in the eastern quarter',
    'Skyline with the old warehouse district',
  ],
  chart: ['Figure 3', 'Visitors per month, 2012', 'chart1.png', 'Development of catches'],
  logo: ['Logo', 'Home', '', 'sponsor'],
}

function hash(n: number): number {
  let x = (n + 0x9e3779b9) | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}
const unit = (id: number, salt: number) => hash(id * 31 + salt * 1_000_003) / 4294967296
const pick = <T>(list: readonly T[], at: number): T =>
  list[Math.min(list.length - 1, Math.floor(at * list.length))] as T

const LONG =
  'A long description that somebody wrote with great patience: it tells what stands in the foreground, what stands behind it, which season it is, who held the camera and why, and it does not stop there. '

export function createFakeBridge(
  options: FakeOptions,
): Bridge & { emit: (name: string, value: unknown) => void } {
  const listeners = new Map<string, Set<(value: unknown) => void>>()
  const N = options.pairs
  const jobStep = options.jobStep ?? 250
  let settings: Settings = { ...DEFAULT_SETTINGS, theme: options.theme ?? 'system' }
  let scored = !options.unscored
  const jobs = new Map<string, Job>()
  const selections = new Map<
    string,
    { ids: Uint32Array; score: { model: string; text: TextSource } | null }
  >()
  let counter = 0
  let corpora: CorpusInfo[] = options.first
    ? []
    : [
        info(CORPUS, 'harbour-archive', N),
        {
          ...info('/data/corpora/govuk-2019.gleaner', 'govuk-2019', 48_211),
          openedAt: '2026-02-02T16:40:00Z',
        },
        {
          ...info(
            '/media/usb/a-very-long-folder-name-for-a-corpus-that-lives-on-another-disk/news.gleaner',
            'news',
            0,
          ),
          missing: true,
          openedAt: '2026-01-12T08:00:00Z',
        },
      ]

  function info(path: string, name: string, pairs: number): CorpusInfo {
    return {
      path,
      name,
      pairs,
      pages: Math.ceil(pairs / 9),
      archives: pairs > 0 ? 3 : 0,
      openedAt: '2026-02-03T09:12:00Z',
      missing: false,
    }
  }
  function emit(name: string, value: unknown): void {
    for (const listener of listeners.get(name) ?? []) listener(value)
  }

  function kindOf(id: number) {
    const at = unit(id, 1)
    return KINDS[
      at < 0.22
        ? 0
        : at < 0.44
          ? 1
          : at < 0.58
            ? 2
            : at < 0.7
              ? 3
              : at < 0.86
                ? 4
                : at < 0.92
                  ? 5
                  : 6
    ] as (typeof KINDS)[number]
  }
  function statusOf(id: number): ImageStatus {
    const at = unit(id, 2)
    return at < 0.93
      ? 'ok'
      : at < 0.965
        ? 'missing'
        : at < 0.985
          ? 'failed'
          : at < 0.995
            ? 'pending'
            : 'refused'
  }
  function textOf(id: number, source: TextSource): string | null {
    const kind = kindOf(id)
    const at = unit(id, 3)
    if (source === 'alt') {
      if (unit(id, 4) < 0.08) return null
      const text = pick(WORDS[kind], at)
      return options.longText ? LONG.repeat(3) + text : text
    }
    if (source === 'caption')
      return unit(id, 5) < 0.35 ? `${pick(WORDS[kind], unit(id, 6))}. Photo: city archive` : null
    if (source === 'title') return unit(id, 7) < 0.2 ? pick(WORDS[kind], unit(id, 8)) : null
    if (source === 'before')
      return 'The collection was photographed between 1983 and 1991 and handed over to the archive in twelve boxes. A part of it is shown here for the first time.'
    if (source === 'after')
      return unit(id, 9) < 0.8 ? 'More pictures of the same series are in the reading room.' : null
    if (source === 'span' && !options.fresh) return fakeSpan(id, textOf(id, 'before') ?? '').quote
    return null
  }
  function cosineOf(id: number, model: string, text: TextSource): number | null {
    if (!scored || statusOf(id) !== 'ok' || !textOf(id, text)) return null
    if (model === OTHER && text !== 'alt') return null
    if (text === 'title' || text === 'before' || text === 'after') return null
    if (text === 'span' && id % 5 === 0) return null
    const kind = kindOf(id)
    const mean =
      kind === 'logo' ? 0.19 : kind === 'chart' ? 0.21 : text === 'caption' ? 0.272 : 0.294
    const z = Math.sqrt(-2 * Math.log(unit(id, 10) + 1e-9)) * Math.cos(6.28318 * unit(id, 11))
    const value = mean + z * (kind === 'logo' ? 0.028 : 0.034)
    return Math.fround(model === OTHER ? value * 0.45 - 0.02 : value)
  }
  const sizeOf = (id: number): [number, number] => {
    const kind = kindOf(id)
    const shape = pick<[number, number]>(
      [
        [3, 2],
        [4, 3],
        [1, 1],
        [2, 3],
        [16, 9],
        [5, 2],
      ],
      unit(id, 12),
    )
    if (kind === 'person') return [480, 640]
    if (kind === 'logo') return [160, 80]
    const w = Math.round(400 + unit(id, 13) * 1600)
    return [w, Math.round((w * shape[1]) / shape[0])]
  }
  function shaOf(id: number): string | null {
    if (statusOf(id) !== 'ok') return null
    const [w, h] = sizeOf(id)
    const k = 320 / Math.max(w, h)
    return `fake-${kindOf(id)}-${hash(id) % 400}-${Math.round(w * k)}-${Math.round(h * k)}`
  }

  function rowOf(id: number, score: { model: string; text: TextSource } | null): PairRow {
    const [width, height] = sizeOf(id)
    const order: TextSource[] = score ? [score.text, 'alt', 'caption'] : ['alt', 'caption', 'title']
    const source = order.find((item) => textOf(id, item) !== null) ?? null
    return {
      id,
      imageUrl: `https://archive.example.org/media/${id}.jpg`,
      status: statusOf(id),
      sha256: shaOf(id),
      width: statusOf(id) === 'ok' ? width : null,
      height: statusOf(id) === 'ok' ? height : null,
      text: source ? textOf(id, source) : null,
      textSource: source,
      cosine: score ? cosineOf(id, score.model, score.text) : null,
    }
  }

  function detailOf(id: number): PairDetail {
    if (id < 1 || id > N) throw new AppError('not-found', `There is no pair ${id} in this corpus.`)
    const [width, height] = sizeOf(id)
    const ok = statusOf(id) === 'ok'
    const scores: Pair['scores'] = []
    for (const model of [MODEL, OTHER])
      for (const text of ['alt', 'caption'] as const) {
        const cosine = cosineOf(id, model, text)
        if (cosine !== null) scores.push({ model, text, cosine })
      }
    return {
      id,
      page: {
        url: `https://www.harbour-museum.example.org/collection/photographs/${Math.ceil(id / 9)}.html`,
        archive: 'HARBOUR-20190612-00012.warc.gz',
        offset: 184_201 + id * 7919,
        recordId: '<urn:uuid:5c1f6f2e-9d0b-4d6e-8f51-0a3d2d8f1b77>',
        date: '2019-06-12T14:03:22Z',
        language: 'en',
        title: 'Photographs of the harbour – Museum',
      },
      image: {
        url: `https://archive.example.org/media/${id}.jpg`,
        status: statusOf(id),
        sha256: shaOf(id),
        width: ok ? width : null,
        height: ok ? height : null,
        mime: ok ? 'image/jpeg' : null,
        error: statusOf(id) === 'failed' ? 'truncated JPEG: 14,220 of 38,911 bytes' : null,
      },
      text: {
        alt: textOf(id, 'alt'),
        title: textOf(id, 'title'),
        caption: textOf(id, 'caption'),
        before: textOf(id, 'before'),
        after: textOf(id, 'after'),
        span: textOf(id, 'span'),
      },
      scores,
      position: id % 9,
      rules: {
        image: pick(['src', 'srcset', 'data-src', 'picture'], unit(id, 14)),
        caption: textOf(id, 'caption') ? 'figcaption' : null,
        beforeDistance: 1,
        afterDistance: textOf(id, 'after') ? 0 : null,
        declaredWidth: 640,
        declaredHeight: 480,
      },
      provenance: {
        archivePath: '/data/warc/HARBOUR-20190612-00012.warc.gz',
        archiveSha256: 'a3b1'.repeat(16),
        recordType: 'response',
        charset: 'utf-8',
        charsetSource: 'http',
        softwareVersion: 'gleaner 0.1.0',
        ingestedAt: '2026-02-03T09:12:00Z',
        imageSource: ok ? 'the same archive, response at byte 8,120,334' : null,
      },
      ogImage: null,
      span: options.fresh ? null : fakeSpan(id, textOf(id, 'before') ?? '').detail,
      bytes: ok ? Math.round(width * height * 0.18) : null,
    }
  }

  function holds(
    query: Query,
    id: number,
    score: { model: string; text: TextSource } | null,
  ): boolean {
    const compare = (value: number | null, op: string, to: number) =>
      value !== null &&
      (op === '>='
        ? value >= to
        : op === '>'
          ? value > to
          : op === '<='
            ? value <= to
            : op === '<'
              ? value < to
              : op === '='
                ? value === to
                : value !== to)
    const text = (field: string) => textOf(id, field as TextSource) ?? ''
    const number = (field: string) =>
      field === 'id'
        ? id
        : field === 'width'
          ? sizeOf(id)[0]
          : field === 'height'
            ? sizeOf(id)[1]
            : field === 'ratio'
              ? sizeOf(id)[0] / sizeOf(id)[1]
              : null
    switch (query.kind) {
      case 'all':
        return true
      case 'and':
        return query.items.every((item) => holds(item, id, score))
      case 'or':
        return query.items.some((item) => holds(item, id, score))
      case 'not':
        return !holds(query.item, id, score)
      case 'words':
        return ['alt', 'caption', 'title'].some((field) =>
          text(field).toLowerCase().includes(query.words.toLowerCase()),
        )
      case 'contains':
        return text(query.field).toLowerCase().includes(query.words.toLowerCase())
      case 'equals':
        if (query.field === 'mime') return query.value === 'image/jpeg'
        return query.field === 'status'
          ? statusOf(id) === query.value
          : text(query.field) === query.value
      case 'present':
        return text(query.field).trim() !== ''
      case 'compare':
        return compare(number(query.field), query.op, query.value)
      case 'range': {
        const value = number(query.field)
        return (
          value !== null && value >= (query.from ?? -Infinity) && value <= (query.to ?? Infinity)
        )
      }
      case 'scoreCompare': {
        const model = query.score.model ?? score?.model ?? MODEL
        return compare(
          cosineOf(id, model, query.score.text ?? score?.text ?? 'alt'),
          query.op,
          query.value,
        )
      }
      default:
        return true
    }
  }

  function idsWhere(where: string, score: { model: string; text: TextSource } | null): Uint32Array {
    let query: Query
    try {
      query = parseQuery(where)
    } catch (error) {
      throw new AppError('invalid-input', error instanceof Error ? error.message : String(error))
    }
    const out = new Uint32Array(N)
    let n = 0
    for (let id = 1; id <= N; id++)
      if (query.kind === 'all' || holds(query, id, score)) out[n++] = id
    return out.subarray(0, n)
  }

  const scoreCache = new Map<string, { ids: Uint32Array; values: Float32Array; unscored: number }>()
  /** Ascending scores of a scope. */
  function scoresOf(scope: { model: string; text: TextSource; where: string }) {
    const key = JSON.stringify([scope.model, scope.text, scope.where])
    const known = scoreCache.get(key)
    if (known) return known
    const found: [number, number][] = []
    let unscored = 0
    for (const id of idsWhere(scope.where, scope)) {
      const value = cosineOf(id, scope.model, scope.text)
      if (value === null) unscored++
      else found.push([value, id])
    }
    found.sort((a, b) => a[0] - b[0])
    const made = {
      ids: Uint32Array.from(found, (item) => item[1]),
      values: Float32Array.from(found, (item) => item[0]),
      unscored,
    }
    scoreCache.set(key, made)
    return made
  }
  function lowerBound(values: Float32Array, at: number): number {
    let low = 0
    let high = values.length
    while (low < high) {
      const mid = (low + high) >> 1
      if ((values[mid] as number) < at) low = mid + 1
      else high = mid
    }
    return low
  }

  function startJob(
    kind: Job['kind'],
    title: string,
    total: number,
    unit: string,
    note: string,
    done: () => void,
    result: Job['result'] = [],
  ): { job: string } {
    const id = `job-${++counter}`
    const job: Job = {
      id,
      kind,
      corpus: CORPUS,
      title,
      state: 'running',
      progress: { done: 0, total, unit, rate: null, eta: null, note },
      createdAt: new Date().toISOString(),
      finishedAt: null,
      error: null,
      warnings: [],
      result: [],
    }
    jobs.set(id, job)
    const step = () => {
      const now = jobs.get(id)
      if (!now || now.state !== 'running') return
      const next = Math.min(total, now.progress.done + total / 12)
      const ended = next >= total
      const after: Job = {
        ...now,
        state: ended ? 'done' : 'running',
        progress: {
          ...now.progress,
          done: Math.round(next),
          rate: total / 3,
          eta: (total - next) / (total / 3),
        },
        finishedAt: ended ? new Date().toISOString() : null,
        result: ended ? result : [],
      }
      jobs.set(id, after)
      if (ended) done()
      emit('jobs.changed', after)
      if (!ended) setTimeout(step, jobStep)
    }
    setTimeout(step, jobStep)
    emit('jobs.changed', job)
    return { job: id }
  }

  function seedJobs(): void {
    const base = {
      corpus: CORPUS,
      progress: { done: 100, total: 100, unit: 'pairs', rate: null, eta: null, note: '' },
      warnings: [],
      error: null,
      result: [],
    }
    const put = (job: Job) => jobs.set(job.id, job)
    put({
      ...base,
      id: 'old-1',
      kind: 'export',
      title: 'Export to WebDataset',
      state: 'done',
      createdAt: '2026-02-03T10:00:00Z',
      finishedAt: '2026-02-03T10:04:12Z',
      result: [
        { label: 'pairs', value: '12,483' },
        { label: 'shards', value: '2' },
        { label: 'skipped', value: '211' },
        { label: 'folder', value: '/data/export/harbour-028' },
      ],
    })
    put({
      ...base,
      id: 'old-2',
      kind: 'score',
      title: 'Score alt text with CLIP ViT-B/32',
      state: 'failed',
      createdAt: '2026-02-03T09:40:00Z',
      finishedAt: '2026-02-03T09:41:00Z',
      error: {
        kind: 'model',
        message: 'The model file visual.onnx does not match its checksum.',
        hint: 'Remove the model in Settings and fetch it again.',
      },
      warnings: ['CUDA is not available: no NVIDIA driver was found. Scored on the CPU.'],
    })
    put({
      ...base,
      id: 'old-3',
      kind: 'score',
      title: 'Score captions with SigLIP B/16 224',
      state: 'running',
      progress: {
        done: 48_210,
        total: 120_400,
        unit: 'pairs',
        rate: 1480,
        eta: 48.7,
        note: 'cuda:0, batch 64, decode 3 threads',
      },
      createdAt: '2026-02-03T10:10:00Z',
      finishedAt: null,
    })
    put({
      ...base,
      id: 'old-4',
      kind: 'ingest',
      title: 'Import 3 archives',
      state: 'interrupted',
      createdAt: '2026-02-03T09:12:00Z',
      finishedAt: null,
    })
  }
  if (!options.first && !options.unscored && N > 100) seedJobs()

  const no: Record<string, number> = {}
  const handlers: Partial<Handlers> = {
    ...fakeLabels({
      pairs: N,
      corpus: CORPUS,
      rowOf: (id) => rowOf(id, null),
      idsWhere: (where) => idsWhere(where, null),
    }),
    'corpora.recent': () => corpora,
    'corpora.create': ({ path }) => {
      const made = info(
        path,
        path
          .split('/')
          .at(-1)
          ?.replace(/\.gleaner$/, '') ?? path,
        0,
      )
      corpora = [made, ...corpora]
      return made
    },
    'corpora.open': ({ path }) => {
      const found = corpora.find((item) => item.path === path)
      if (!found || found.missing)
        throw new AppError(
          'not-found',
          `There is no corpus at ${path}.`,
          'Choose its folder again, or take it out of the list.',
        )
      return found
    },
    'corpora.openSample': () => {
      const made = info(CORPUS, 'sample', N)
      corpora = [made, ...corpora]
      return made
    },
    'corpora.close': () => ({}),
    'corpora.forget': ({ path }) => {
      corpora = corpora.filter((item) => item.path !== path)
      return {}
    },
    'corpora.stats': () => {
      const images = { pending: 0, ok: 0, missing: 0, failed: 0, refused: 0 }
      let withAlt = 0
      let withCaption = 0
      const step = Math.max(1, Math.floor(N / 20_000))
      for (let id = 1; id <= N; id += step) {
        images[statusOf(id)] += step
        if (textOf(id, 'alt')) withAlt += step
        if (textOf(id, 'caption')) withCaption += step
      }
      return {
        records: N
          ? {
              response: Math.ceil(N / 3),
              request: Math.ceil(N / 3),
              metadata: Math.ceil(N / 9),
              revisit: 3421,
              warcinfo: 3,
            }
          : no,
        pages: Math.ceil(N / 9),
        pairs: N,
        withAlt: Math.min(N, withAlt),
        withCaption: Math.min(N, withCaption),
        withSpan: null,
        images,
        notPaired: N ? { 'data-uri': 2210, tracker: 841, 'noscript-twin': 312 } : no,
        failures: N
          ? {
              'image-truncated': 1204,
              'truncated-gzip': 1,
              'wrong-content-length': 17,
              'page-timeout': 2,
            }
          : no,
        scores:
          scored && N ? [{ model: MODEL, text: 'alt', n: Math.round(N * 0.84), mean: 0.281 }] : [],
        archives: N
          ? [12, 13, 14].map((n) => ({
              path: `/data/warc/HARBOUR-20190612-000${n}.warc.gz`,
              bytes: 1_073_000_000 + n * 1_000_000,
              sha256: null,
              state: n === 14 ? ('partial' as const) : ('complete' as const),
              records: Math.ceil(N / 4),
              pages: Math.ceil(N / 27),
              pairs: Math.ceil(N / 3),
            }))
          : [],
      }
    },
    'corpora.failures': ({ reason }) => ({
      total: 1204,
      failures: Array.from({ length: 60 }, (_, i) => ({
        stage: 'image' as const,
        reason: reason ?? 'image-truncated',
        archive: '/data/warc/HARBOUR-20190612-00012.warc.gz',
        offset: 91_022 + i * 40_121,
        url: `https://archive.example.org/media/${i}.jpg`,
        detail: 'VipsJpeg: premature end of JPEG image',
      })),
    }),
    'corpora.relocateArchive': () => ({}),
    'jobs.list': () => [...jobs.values()],
    'jobs.cancel': ({ job }) => {
      const found = jobs.get(job)
      if (found) {
        const next = { ...found, state: 'canceled' as const, finishedAt: new Date().toISOString() }
        jobs.set(job, next)
        emit('jobs.changed', next)
      }
      return {}
    },
    'jobs.resume': ({ job }) => {
      jobs.delete(job)
      return startJob(
        'score',
        'Score alt text with CLIP ViT-B/32',
        10_000,
        'pairs',
        'cpu, 8 threads',
        () => undefined,
      )
    },
    'jobs.clear': () => {
      for (const [id, job] of jobs) if (job.state !== 'running') jobs.delete(id)
      return {}
    },
    'jobs.ingest': ({ inputs }) =>
      startJob(
        'ingest',
        `Import ${inputs.length} archives`,
        351_000_000,
        'bytes',
        'HARBOUR-20190612-00012.warc.gz, 4 workers',
        () => emit('corpus.changed', { corpus: CORPUS, what: ['pairs', 'images'] }),
      ),
    ...fakeTraining({
      jobStep,
      corpus: CORPUS,
      pairs: N,
      fresh: options.fresh === true,
      emit,
      startJob,
    }),
    'tables.recognise': fakeRecognise,
    'jobs.import': ({ inputs }) =>
      startJob(
        'import',
        `Import ${inputs.length} tables`,
        1_482_000_000,
        'bytes',
        'laion-part-0.parquet: 120,000 pairs',
        () => emit('corpus.changed', { corpus: CORPUS, what: ['pairs', 'images', 'scores'] }),
      ),
    'jobs.pictures': () =>
      startJob(
        'pictures',
        'Fetch pictures',
        4200,
        'images',
        '12 hosts, 1 s between requests',
        () => undefined,
      ),
    'jobs.score': ({ text }) =>
      startJob(
        'score',
        `Score ${text} with CLIP ViT-B/32`,
        N,
        'pairs',
        'cpu, 8 threads, batch 8',
        () => {
          scored = true
          scoreCache.clear()
          emit('corpus.changed', { corpus: CORPUS, what: ['scores'] })
        },
      ),
    'jobs.export': ({ format, out }) =>
      startJob('export', `Export to ${format}`, 12_483, 'pairs', 'shard 1', () => undefined, [
        { label: 'pairs', value: '12,483' },
        { label: 'folder', value: out },
      ]),
    'pairs.select': ({ where, sort, score, seed }) => {
      const ids = idsWhere(where, score)
      let order: Uint32Array = ids
      if (sort === 'random')
        order = Uint32Array.from(ids).sort((a, b) => hash(a + seed) - hash(b + seed))
      else if (sort.startsWith('score') && score) {
        const sign = sort === 'score-desc' ? -1 : 1
        const keyed = Array.from(ids, (id) => [cosineOf(id, score.model, score.text), id] as const)
        keyed.sort((a, b) =>
          a[0] === null
            ? b[0] === null
              ? a[1] - b[1]
              : 1
            : b[0] === null
              ? -1
              : sign * (a[0] - b[0]),
        )
        order = Uint32Array.from(keyed, (item) => item[1])
      } else if (sort.startsWith('size')) {
        const sign = sort === 'size-desc' ? -1 : 1
        order = Uint32Array.from(ids).sort(
          (a, b) => sign * (sizeOf(a)[0] * sizeOf(a)[1] - sizeOf(b)[0] * sizeOf(b)[1]),
        )
      }
      const selection = `s${++counter}`
      selections.set(selection, { ids: order, score })
      return { selection, total: order.length, corpusTotal: N }
    },
    'pairs.page': ({ selection, offset, limit }) => {
      const held = selections.get(selection)
      if (!held) throw new AppError('not-found', 'The selection is gone.')
      return Array.from(held.ids.subarray(offset, offset + limit), (id) => rowOf(id, held.score))
    },
    'pairs.indexOf': ({ selection, id }) => {
      const at = selections.get(selection)?.ids.indexOf(id) ?? -1
      return { index: at < 0 ? null : at }
    },
    'pairs.get': ({ id }) => detailOf(id),
    'pairs.list': () => [],
    'pairs.checkQuery': () => ({ error: null }),
    'pairs.suggest': ({ field, prefix }) =>
      ({
        host: ['www.harbour-museum.example.org', 'archive.example.org'],
        lang: ['en', 'de', 'sv'],
        mime: ['image/jpeg', 'image/png', 'image/svg+xml'],
        status: ['ok', 'missing', 'failed', 'pending', 'refused'],
        archive: ['HARBOUR-20190612-00012.warc.gz'],
      })[field]
        ?.filter((value) => value.startsWith(prefix))
        .map((value, i) => ({ value, n: Math.round(N / (i + 1.3)) })) ?? [],
    'pairs.source': ({ id }) => {
      const pair = detailOf(id)
      const html = `<!doctype html><style>body{font:16px/1.5 Georgia,serif;margin:24px;color:#222}mark{background:#ffe38a}img{max-width:100%;outline:4px solid #2b7de9}</style><h1>Photographs of the harbour</h1><p><mark>${pair.text.before}</mark></p><p>[picture]</p><p><mark>${pair.text.alt ?? ''}</mark></p><p>${pair.text.after ?? ''}</p>`
      return { html, raw: html.replaceAll('><', '>\n<'), url: pair.page.url }
    },
    'scores.sources': () =>
      scored && N > 0
        ? (
            [
              [MODEL, 'CLIP ViT-B/32', 'alt'],
              [MODEL, 'CLIP ViT-B/32', 'caption'],
              ...(options.fresh ? [] : ([[MODEL, 'CLIP ViT-B/32', 'span']] as const)),
              [OTHER, 'SigLIP B/16 224', 'alt'],
            ] as const
          ).map(([model, modelName, text]) => {
            const { values } = scoresOf({ model, text, where: '' })
            return {
              model,
              modelName,
              text,
              n: values.length,
              min: values[0] ?? 0,
              max: values.at(-1) ?? 0,
              mean: values.reduce((a, b) => a + b, 0) / Math.max(1, values.length),
            }
          })
        : [],
    'scores.histogram': ({ bins, lo, hi, ...scope }) => {
      const { values, unscored } = scoresOf(scope)
      const from = lo ?? values[0] ?? 0
      const to = hi ?? values.at(-1) ?? 1
      const counts = new Array<number>(bins).fill(0)
      for (const value of values) {
        const bin = Math.min(
          bins - 1,
          Math.max(0, Math.floor(((value - from) / (to - from)) * bins)),
        )
        counts[bin] = (counts[bin] as number) + 1
      }
      return {
        lo: from,
        hi: to,
        counts,
        n: values.length,
        unscored,
        mean: values.reduce((a, b) => a + b, 0) / Math.max(1, values.length),
        median: values[values.length >> 1] ?? 0,
      }
    },
    'scores.countAbove': ({ minCosine, ...scope }) => {
      const { values } = scoresOf(scope)
      return { kept: values.length - lowerBound(values, minCosine), total: values.length }
    },
    'scores.cutoffForShare': ({ share, ...scope }) => {
      const { values } = scoresOf(scope)
      const kept = Math.round(share * values.length)
      return {
        cosine: values[values.length - kept] ?? values.at(-1) ?? 0,
        kept,
        total: values.length,
      }
    },
    'scores.around': ({ cosine, n, ...scope }) => {
      const { ids, values } = scoresOf(scope)
      const at = lowerBound(values, cosine)
      return {
        above: Array.from(ids.subarray(at, at + n), (id) => rowOf(id, scope)),
        below: Array.from(ids.subarray(Math.max(0, at - n), at), (id) =>
          rowOf(id, scope),
        ).reverse(),
      }
    },
    'scores.inBin': ({ lo, hi, n, ...scope }) => {
      const { ids, values } = scoresOf(scope)
      const a = lowerBound(values, lo)
      const b = lowerBound(values, hi)
      return Array.from({ length: Math.min(n, b - a) }, (_, i) =>
        rowOf(ids[a + Math.floor(((i + 0.5) * (b - a)) / Math.min(n, b - a))] as number, scope),
      )
    },
    'scores.sampleDropped': ({ cosine, n, seed, ...scope }) => {
      const { ids, values } = scoresOf(scope)
      const dropped = lowerBound(values, cosine)
      const count = Math.min(n, dropped)
      return {
        dropped,
        sample: Array.from({ length: count }, (_, i) =>
          rowOf(ids[hash(i * 977 + seed) % dropped] as number, scope),
        ),
      }
    },
    'exports.preview': ({ format, where, text }) => {
      const needs = EXPORT_NEEDS[format]
      const counts = new Map<string, ExportSkip>()
      let exported = 0
      const ids = idsWhere(where, null)
      for (const id of ids) {
        const status = statusOf(id)
        const skip: ExportSkip | null =
          needs.text && isBlank(textOf(id, text) ?? '')
            ? { reason: 'no-text', n: 0 }
            : needs.pictures && status !== 'ok'
              ? { reason: 'no-picture', status, n: 0 }
              : null
        if (!skip) exported++
        else {
          const key = JSON.stringify(skip)
          const held = counts.get(key) ?? skip
          held.n++
          counts.set(key, held)
        }
      }
      return {
        matched: ids.length,
        exported,
        skipped: [...counts.values()].sort((a, b) => b.n - a.n),
      }
    },
    'models.list': () =>
      options.noModels
        ? []
        : MODELS.map((model) => ({
            ...model,
            isDemonstration: options.demonstration === true && model.id === MODEL,
          })),
    'models.add': () => ({
      model: null,
      job: startJob(
        'model-fetch',
        'Fetch CLIP ViT-L/14',
        1_710_000_000,
        'bytes',
        'model.onnx',
        () => undefined,
      ).job,
    }),
    'models.remove': () => ({}),
    'models.quantize': ({ id }) =>
      startJob(
        'quantize',
        `Make an int8 twin of ${id}`,
        98,
        'matrices',
        'turning into int8',
        () => undefined,
      ),
    'models.verify': () => ({
      ok: true,
      device: 'cpu (8 threads)',
      checks: [
        { name: 'image embedding', ok: true, difference: 3.1e-6, bound: 1e-4, note: '' },
        { name: 'text embedding', ok: true, difference: 8.9e-8, bound: 1e-4, note: '' },
        {
          name: 'preprocessing',
          ok: true,
          difference: 0.0042,
          bound: 0.01,
          note: 'against Pillow bicubic',
        },
      ],
    }),
    'settings.get': () => settings,
    'settings.set': (patch) => (settings = { ...settings, ...patch } as Settings),
    'system.doctor': () => [
      { name: 'Gleaner', ok: true, value: '0.1.0, Node 24.21.0', hint: null },
      { name: 'Processor', ok: true, value: '16 cores, AVX-512', hint: null },
      { name: 'Memory', ok: true, value: '64 GB, 41 GB free', hint: null },
      {
        name: 'CUDA',
        ok: false,
        value: 'libcublasLt.so.12 was not found',
        hint: 'Install CUDA 12 or score on the CPU; nothing else is affected.',
      },
      { name: 'Model folder', ok: true, value: '/home/anna/.cache/gleaner/models', hint: null },
    ],
    'system.info': () => ({
      version: '0.1.0',
      sampleArchive: '/opt/gleaner/resources/sample/sample.warc.gz',
      corporaFolder: '/data/corpora',
      devices: ['cpu', 'cuda'],
    }),
  }

  const shell: Record<string, (input: never) => unknown> = {
    'shell.openArchives': () =>
      options.chosen ?? [
        '/data/warc/HARBOUR-20190612-00012.warc.gz',
        '/data/warc/HARBOUR-20190612-00013.warc.gz',
      ],
    'shell.openFolder': () => '/data/export/harbour-028',
    'shell.openFiles': () => ['/data/labels/anna.jsonl'],
    'shell.saveFile': () => '/data/labels/mine.jsonl',
    'shell.saveCorpus': () => '/data/corpora/new.gleaner',
    'shell.showInFolder': () => ({}),
    'shell.openExternal': () => ({}),
    'shell.platform': () => ({
      platform: 'linux',
      version: '0.1.0',
      electron: '45',
      chrome: '150',
    }),
  }

  return {
    emit,
    async call(name, input) {
      await new Promise((resolve) => setTimeout(resolve, options.delay ?? 4))
      try {
        if (options.failing === name) {
          throw new AppError(
            'damaged',
            'The database of this corpus is damaged: page 4,112 cannot be read.',
            'Restore the folder from a copy, or import its archives into a new corpus.',
          )
        }
        if (name in shell)
          return { ok: true, value: (shell[name] as (i: never) => unknown)(input as never) }
        const handler = handlers[name as CallName] as (args: CallArgs<CallName>) => unknown
        const { contract } = await import('#shared/contract/index.ts')
        const args = contract[name as CallName].input.parse(input) as CallArgs<CallName>
        return { ok: true, value: await handler(args) }
      } catch (error) {
        return { ok: false, error: toErrorValue(error) }
      }
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      set.add(listener)
      listeners.set(name, set)
      return () => set.delete(listener)
    },
    pathOf: (file) => `/data/drop/${(file as File).name}`,
  }
}
