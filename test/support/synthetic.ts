import type { TextSource } from '#shared/domain.ts'
import { seededRandom } from '../../src/shared/random.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { addArchive, addCounts } from '../../src/main/store/repositories/archives.ts'
import { imageIds } from '../../src/main/store/repositories/images.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'
import { insertPage } from '../../src/main/store/repositories/pages.ts'
import type { NewPair } from '../../src/main/store/repositories/pages.ts'
import { statement, transaction } from '../../src/main/store/statements.ts'

const NOUNS =
  'harbour boat mountain lake river bridge tower street garden flower horse dog cat church market train station beach forest sunset'.split(
    ' ',
  )
const ADJECTIVES = 'red old quiet small wide green early frozen empty bright'.split(' ')
const LANGUAGES = ['en', 'de', 'fr', 'ja', 'en-GB']

/** A corpus of made-up pairs; the same arguments give the same rows. */
export function fillCorpus(
  corpus: Corpus,
  args: {
    pairs: number
    seed?: number
    scores?: readonly TextSource[]
    pairsPerPage?: number
    /** Id of the model that scored. */
    model?: string
  },
): void {
  const db = corpus.writer
  const random = seededRandom(args.seed ?? 1).next
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const phrase = (n: number): string =>
    Array.from({ length: n }, () => `${pick(ADJECTIVES)} ${pick(NOUNS)}`).join(' and the ')
  const perPage = args.pairsPerPage ?? 10
  const archive = addArchive(db, {
    path: '/synthetic/crawl.warc.gz',
    bytes: 1,
    fingerprint: `synthetic-${args.seed ?? 1}`,
    software: 'test',
  })
  const ids = imageIds(db)
  let made = 0
  let page = 0
  while (made < args.pairs) {
    transaction(db, () => {
      const until = Math.min(args.pairs, made + 20_000)
      while (made < until) {
        const n = Math.min(perPage, until - made)
        const host = `site${page % 50}.example`
        const pairs = Array.from({ length: n }, (_, position): NewPair => {
          const number = made + position
          return {
            position,
            // Every tenth picture is shown twice.
            imageUrl: `https://img.example/${number % 10 === 9 ? number - 1 : number}.jpg`,
            alternates: [],
            imageRule: 'src',
            alt: random() < 0.1 ? null : random() < 0.1 ? '' : phrase(2),
            title: random() < 0.2 ? phrase(1) : null,
            caption: random() < 0.3 ? phrase(3) : null,
            captionRule: null,
            before: phrase(6),
            beforeDistance: 1,
            after: random() < 0.5 ? phrase(6) : null,
            afterDistance: 1,
            declaredWidth: null,
            declaredHeight: null,
            tagStart: 100 * position,
            tagEnd: 100 * position + 50,
          }
        })
        insertPage(db, ids, {
          archiveId: archive.id,
          offset: page * 1000,
          recordId: `<urn:uuid:${page}>`,
          recordType: 'response',
          url: `https://${host}/page/${page}`,
          date: `${2015 + (page % 6)}-0${1 + (page % 9)}-11T10:00:00Z`,
          title: `Page ${page}`,
          language: pick(LANGUAGES),
          ogImage: null,
          charset: 'utf-8',
          charsetSource: 'http',
          robots: null,
          keptHtml: null,
          pairs,
        })
        made += n
        page++
      }
    })
  }
  addCounts(db, archive.id, { records: { response: page, request: page } })
  transaction(db, () => {
    const images = db.prepare<[], number>('SELECT id FROM images').pluck().all()
    const set = statement(
      db,
      `UPDATE images SET status = ?, sha256 = ?, mime = ?, width = ?, height = ?, bytes = ? WHERE id = ?`,
    )
    for (const id of images) {
      const luck = random()
      if (luck < 0.8) {
        const width = 50 + Math.floor(random() * 2000)
        const height = 50 + Math.floor(random() * 2000)
        const mime = luck < 0.6 ? 'image/jpeg' : 'image/png'
        set.run('ok', id.toString(16).padStart(64, '0'), mime, width, height, width * height, id)
      } else if (luck < 0.9) set.run('missing', null, null, null, null, null, id)
    }
  })
  for (const text of args.scores ?? []) {
    const modelId = ensureModel(db, {
      digest: 'a'.repeat(64),
      name: args.model ?? 'test/clip',
      title: 'Test CLIP',
      manifest: '{}',
    })
    const put = statement(
      db,
      'INSERT INTO scores (model_id, text_source, pair_id, cosine) VALUES (?, ?, ?, ?)',
    )
    const pairs = db.prepare<[], number>('SELECT id FROM pairs ORDER BY id').pluck().all()
    transaction(db, () => {
      for (const id of pairs) {
        if (random() < 0.1) continue
        // Roughly what CLIP gives: a bell around 0.24.
        const bell = (random() + random() + random() + random()) / 4
        put.run(modelId, text, id, Math.fround(0.05 + 0.38 * bell))
      }
    })
  }
}
