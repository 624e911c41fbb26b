import { workerData } from 'node:worker_threads'
import { zstdCompressSync } from 'node:zlib'
import { decodeHtml, extractPage, extractionFailureReason } from '../../extraction/index.ts'
import { classify, contentType, leftOut, parseHttpResponse } from '../../warc/index.ts'
import type { HttpMessage } from '../../warc/index.ts'
import { serveParent } from '../../processes/child.ts'
import { putBlob } from '../../store/blobs.ts'
import type { ExtractedPage } from '../../extraction/index.ts'
import type {
  ExtractCalls,
  ExtractReply,
  ExtractTask,
  ExtractWorkerData,
  FlatPair,
  FoundPage,
  FoundPicture,
  Problem,
  RecordResult,
  TaskRecord,
} from './ingest-task.ts'
import { sha256Of } from '../../files/digest.ts'

/** Entry of an extract worker: HTTP, HTML and digests, no database. */
const { corpusPath, keepHtml, current } = workerData as ExtractWorkerData

/** Shorter than the patience of the one who watches this worker. */
const TIME_BUDGET_MS = 8_000
const MAX_HTML_BYTES = 32 << 20

/** Thrown when a picture cannot be kept: the disk is to blame, not the record. */
class DiskError extends Error {
  readonly code: string | null
  constructor(error: unknown) {
    super(error instanceof Error ? error.message : String(error))
    const code = (error as { code?: unknown }).code
    this.code = typeof code === 'string' ? code : null
  }
}

function extract(task: ExtractTask): ExtractReply {
  const results: RecordResult[] = []
  const kept: ExtractReply['kept'] = []
  let fatal: ExtractReply['fatal'] = null
  for (let i = 0; i < task.records.length; i++) {
    const record = task.records[i] as TaskRecord
    if (task.skip.includes(i)) {
      results.push(null)
      continue
    }
    Atomics.store(current, 0, i)
    try {
      const block = new Uint8Array(task.bytes, record.start, record.end - record.start)
      results.push(read(record, block, (html) => kept.push([i, html])))
    } catch (error) {
      if (error instanceof DiskError) {
        fatal = { code: error.code, message: error.message }
        break
      }
      const message = error instanceof Error ? error.message : String(error)
      results.push({ kind: 'failed', reason: reasonOf(error), detail: message })
    }
  }
  Atomics.store(current, 0, -1)
  return { results, kept, fatal }
}

serveParent<ExtractCalls>({ extract: (task) => ({ value: extract(task) }) })

function reasonOf(error: unknown): string {
  return extractionFailureReason(error) ?? 'extraction-error'
}

function read(
  record: TaskRecord,
  block: Uint8Array,
  keep: (html: Uint8Array) => void,
): RecordResult {
  const http = parseHttpResponse(block, { maxBodyBytes: 64 << 20 })
  const head = {
    type: record.type,
    headers: new Map<string, string>(
      record.contentType === null ? [] : [['content-type', record.contentType]],
    ),
  }
  if (record.type === 'revisit') {
    if (record.url === null) return leftOut('no-target-uri', 'revisit')
    const mime = http.status === 0 ? null : contentType({ ...head, type: 'response' }, http)
    return pointer('revisit', mime, null)
  }
  if (record.url !== null && REDIRECTS.has(http.status)) {
    const to = http.headers.get('location')
    const location =
      to !== undefined && URL.canParse(to, record.url) ? new URL(to, record.url) : null
    return location && /^https?:$/.test(location.protocol)
      ? pointer('redirect', null, location.href)
      : leftOut('redirect-nowhere', to ?? 'no Location')
  }
  const found = classify(head, http)
  if (found.kind === 'left-out') return found
  if (record.url === null) {
    return {
      kind: 'failed',
      reason: 'no-target-uri',
      detail: `The ${found.kind} has no address.`,
    }
  }
  return found.kind === 'page'
    ? readPage(record.url, head, http, found.xml, keep)
    : keepPicture(head, http)
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** No picture itself, but it may lead to one. */
function pointer(
  as: 'revisit' | 'redirect',
  mime: string | null,
  location: string | null,
): FoundPicture {
  return { kind: 'picture', as, location, mime, sha256: null, bytes: 0, problem: null }
}

function readPage(
  url: string,
  head: { type: string; headers: Map<string, string> },
  http: HttpMessage,
  xml: boolean,
  keep: (html: Uint8Array) => void,
): FoundPage | ({ kind: 'failed' } & Problem) {
  if (http.body.length > MAX_HTML_BYTES) {
    return {
      kind: 'failed',
      reason: 'html-too-long',
      detail: `${http.body.length} bytes of HTML; at most ${MAX_HTML_BYTES} are read.`,
    }
  }
  const stated =
    http.status === 0 ? head.headers.get('content-type') : http.headers.get('content-type')
  const { text, charset, charsetSource } = decodeHtml(http.body, stated ?? null, url)
  const page = extractPage(
    text,
    url,
    {
      charset,
      charsetSource,
      httpLanguage: http.headers.get('content-language') ?? null,
      mediaType: xml ? 'application/xhtml+xml' : 'text/html',
    },
    { timeBudgetMs: TIME_BUDGET_MS },
  )
  if (keepHtml) keep(zstdCompressSync(http.body))
  const robots = [...page.robots]
  const header = http.headers.get('x-robots-tag')
  if (header)
    robots.push(
      ...header
        .toLowerCase()
        .split(/[,;]/)
        .map((word) => word.trim()),
    )
  return {
    kind: 'page',
    url,
    title: page.title,
    language: page.language,
    ogImage: page.ogImage,
    charset: page.charset,
    charsetSource: page.charsetSource,
    robots: robots.length > 0 ? [...new Set(robots)].join(',') : null,
    notPaired: page.notPaired,
    pairs: page.pairs.map((pair): FlatPair => [
      pair.position,
      pair.imageUrl,
      pair.alternates,
      pair.imageRule,
      pair.alt,
      pair.title,
      pair.caption,
      pair.captionRule,
      pair.before,
      pair.beforeDistance,
      pair.after,
      pair.afterDistance,
      pair.declaredWidth,
      pair.declaredHeight,
      pair.tagStart,
      pair.tagEnd,
    ]),
    problem: bodyProblem(http) ?? markupProblem(page),
  }
}

/** Pictures that this thread has written or seen: crawls hold the same ones over and over. */
const kept = new Set<string>()
const MOST_KEPT = 50_000

function keepPicture(
  head: { type: string; headers: Map<string, string> },
  http: HttpMessage,
): FoundPicture {
  const sha256 = sha256Of(http.body)
  if (!kept.has(sha256)) {
    try {
      putBlob(corpusPath, http.body, sha256)
    } catch (error) {
      throw new DiskError(error)
    }
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.add(sha256)
  }
  return {
    kind: 'picture',
    as: 'picture',
    location: null,
    mime: contentType(head, http),
    sha256,
    bytes: http.body.length,
    problem: bodyProblem(http),
  }
}

/** A page sent as XML that is none was read as HTML; a browser would show an error. */
function markupProblem(page: ExtractedPage): Problem | null {
  return page.malformed === null
    ? null
    : { reason: 'not-well-formed', detail: `Sent as XML, read as HTML: ${page.malformed}.` }
}

/** A body whose codings were damaged was read as far as it goes; that is worth knowing. */
function bodyProblem(http: HttpMessage): Problem | null {
  const damage = http.decoded.filter((step) => /\((truncated|broken)\)$|^cut$/.test(step))
  return damage.length > 0
    ? { reason: 'damaged-body', detail: `Read as far as it goes: ${http.decoded.join(', ')}.` }
    : null
}
