import { z } from 'zod'
import { AppError, systemMessage } from '#shared/errors.ts'
import { offsetMap } from '#shared/text/offsets.ts'
import { checkSpan, indexText } from '#shared/text/spans.ts'
import type { QuotedSpan } from '#shared/text/spans.ts'

/** What an offset counts. Inside the program always code points; each format says its own. */
export type OffsetUnit = 'code-point' | 'utf-16'

export interface LabeledSpan extends QuotedSpan {
  /** Description type: content, context, caption ... */
  type: string
}

/** A labeled text as it leaves and enters the program. Offsets in code points. */
export interface LabeledText {
  /** Unique within the export. */
  id: string
  text: string
  /** Empty = labeled: no description here. */
  spans: LabeledSpan[]
  /** Passed through: pair, picture, page, split, annotator ... */
  meta: Record<string, string | number | boolean | null>
}

/** What is asked of a text in formats for question answering. */
const QUESTION = 'Which words describe the picture?'

/** Extensions of names are not the formats' own; readers ignore keys that they do not know. */
const UNIT_NAMES: Record<OffsetUnit, string> = {
  'code-point': 'unicode code points',
  'utf-16': 'utf-16 code units',
}

export const SPAN_FORMATS = ['squad', 'huggingface', 'label-studio', 'prodigy', 'doccano'] as const
export type SpanFormat = (typeof SPAN_FORMATS)[number]

/**
 * Units that the tools themselves use: SQuAD, Hugging Face and Prodigy index Python strings; Label
 * Studio stores code points (label-studio-frontend#308); doccano without "count grapheme clusters"
 * counts UTF-16 units (doccano#2290).
 */
export const FORMAT_UNITS: Record<SpanFormat, OffsetUnit> = {
  squad: 'code-point',
  huggingface: 'code-point',
  'label-studio': 'code-point',
  prodigy: 'code-point',
  doccano: 'utf-16',
}

/** A file's whole text. Each quote is checked against its slice first. */
export function writeSpans(format: SpanFormat, texts: readonly LabeledText[]): string {
  for (const item of texts) for (const span of item.spans) checkOf(item, span)
  return WRITERS[format](texts)
}

/**
 * Reads a file of that format back, also one that the tool itself wrote.
 * @param unit what its offsets count, where it is not the format's own
 * @throws AppError `invalid-input` naming the entry and what is wrong: no JSON, a missing field, a
 *   quote that is not what stands at its offsets (with a hint when another unit would fit).
 */
export function readSpans(
  format: SpanFormat,
  content: string,
  unit: OffsetUnit = FORMAT_UNITS[format],
): LabeledText[] {
  const texts = READERS[format](content.replace(/^\ufeff/, ''), unit)
  const seen = new Set<string>()
  for (const item of texts) {
    if (seen.has(item.id)) {
      throw new AppError('invalid-input', `Two texts have the id ${item.id}.`)
    }
    seen.add(item.id)
  }
  return texts
}

function checkOf(item: LabeledText, span: LabeledSpan): void {
  try {
    checkSpan(item.text, span)
  } catch (error) {
    const { message, hint } = error as AppError
    throw new AppError('invalid-input', `Text ${item.id} cannot be written: ${message}`, hint)
  }
}

const sorted = (spans: readonly LabeledSpan[]): LabeledSpan[] =>
  [...spans].sort((a, b) => a.start - b.start || a.end - b.end)

/** A span from outside: offsets turned into code points, the quote checked where there is one. */
function fromOutside(
  id: string,
  text: string,
  start: number,
  end: number | null,
  quote: string | null,
  type: string,
  unit: OffsetUnit,
): LabeledSpan {
  const map = offsetMap(text)
  const inUnit = (as: OffsetUnit): LabeledSpan | null => {
    const from = as === 'utf-16' ? map.toCodePoints(start) : start
    const length = quote === null ? null : offsetMap(quote).codePoints
    const to = end === null ? from + (length ?? 0) : as === 'utf-16' ? map.toCodePoints(end) : end
    if (!(from >= 0 && from < to && to <= map.codePoints)) return null
    const found = text.slice(map.toUnits(from), map.toUnits(to))
    return quote !== null && found !== quote ? null : { start: from, end: to, quote: found, type }
  }
  const span = inUnit(unit)
  if (span) return span
  const other: OffsetUnit = unit === 'utf-16' ? 'code-point' : 'utf-16'
  throw new AppError(
    'invalid-input',
    `Text ${id} has at ${start}${end === null ? '' : `-${end}`} another text than ` +
      `${JSON.stringify(quote ?? '')} (offsets read as ${UNIT_NAMES[unit]}).`,
    inUnit(other) ? `It fits when offsets are read as ${UNIT_NAMES[other]}.` : undefined,
  )
}

const Meta = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const Id = z.union([z.string(), z.number()]).transform(String)
const Offset = z.number().int().min(0)

function parseJson(content: string, what: string): unknown {
  try {
    return JSON.parse(content) as unknown
  } catch (error) {
    throw new AppError('invalid-input', `${what} is no JSON.`, undefined, {
      cause: error,
      details: systemMessage(error),
    })
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'invalid-input',
    `${what} is not in this format: ${issue?.path.join('.')}: ${issue?.message}.`,
  )
}

function lines<T>(content: string, schema: z.ZodType<T>): T[] {
  return content.split('\n').flatMap((line, place) => {
    if (line.trim() === '') return []
    const what = `Line ${place + 1}`
    return [check(schema, parseJson(line, what), what)]
  })
}

/** Some readers take these for ends of lines (Python's `splitlines`); JSON may escape them. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g

const jsonLines = (rows: readonly object[]): string =>
  rows
    .map((row) => {
      const escaped = JSON.stringify(row).replace(
        LINE_ENDS,
        (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
      return `${escaped}\n`
    })
    .join('')

/** SQuAD 2.0 has no types: they ride along as `answer_types`, which its readers ignore. */
const SquadFile = z.object({
  data: z.array(
    z.object({
      title: z.string().optional(),
      paragraphs: z.array(
        z.object({
          context: z.string(),
          qas: z.array(
            z.object({
              id: Id,
              is_impossible: z.boolean().optional(),
              answers: z.array(z.object({ text: z.string(), answer_start: Offset })),
              answer_types: z.array(z.string()).optional(),
              meta: Meta.optional(),
            }),
          ),
        }),
      ),
    }),
  ),
})

function writeSquad(texts: readonly LabeledText[]): string {
  const data = texts.map((item) => {
    const spans = sorted(item.spans)
    return {
      title: item.id,
      paragraphs: [
        {
          context: item.text,
          qas: [
            {
              id: item.id,
              question: QUESTION,
              is_impossible: spans.length === 0,
              answers: spans.map(({ quote, start }) => ({ text: quote, answer_start: start })),
              answer_types: spans.map(({ type }) => type),
              meta: item.meta,
            },
          ],
        },
      ],
    }
  })
  return `${JSON.stringify({ version: 'v2.0', offset_unit: UNIT_NAMES['code-point'], data })}\n`
}

function readSquad(content: string, unit: OffsetUnit): LabeledText[] {
  const file = check(SquadFile, parseJson(content, 'The SQuAD file'), 'The SQuAD file')
  return file.data.flatMap((article) =>
    article.paragraphs.flatMap(({ context, qas }) =>
      qas.map((qa) => ({
        id: qa.id,
        text: context,
        // Some writers keep "plausible" answers beside is_impossible; those are none.
        spans: (qa.is_impossible === true ? [] : qa.answers).map((answer, place) =>
          fromOutside(
            qa.id,
            context,
            answer.answer_start,
            null,
            answer.text,
            qa.answer_types?.[place] ?? '',
            unit,
          ),
        ),
        meta: qa.meta ?? {},
      })),
    ),
  )
}

/** Rows as `datasets` loads them from JSON lines: the columns of `rajpurkar/squad_v2` and types. */
const HuggingFaceRow = z.object({
  id: Id,
  context: z.string(),
  answers: z.object({
    text: z.array(z.string()),
    answer_start: z.array(Offset),
    type: z.array(z.string()).optional(),
  }),
  meta: z.string().optional(),
})

function writeHuggingFace(texts: readonly LabeledText[]): string {
  return jsonLines(
    texts.map((item) => {
      const spans = sorted(item.spans)
      return {
        id: item.id,
        title: item.id,
        context: item.text,
        question: QUESTION,
        answers: {
          text: spans.map(({ quote }) => quote),
          answer_start: spans.map(({ start }) => start),
          type: spans.map(({ type }) => type),
        },
        offset_unit: UNIT_NAMES['code-point'],
        // A string: columns must have one type over all rows.
        meta: JSON.stringify(item.meta),
      }
    }),
  )
}

function readHuggingFace(content: string, unit: OffsetUnit): LabeledText[] {
  return lines(content, HuggingFaceRow).map(({ id, context, answers, meta }) => {
    if (answers.text.length !== answers.answer_start.length) {
      throw new AppError('invalid-input', `The answers and offsets of text ${id} differ in number.`)
    }
    return {
      id,
      text: context,
      spans: answers.text.map((quote, place) =>
        fromOutside(
          id,
          context,
          answers.answer_start[place] as number,
          null,
          quote,
          answers.type?.[place] ?? '',
          unit,
        ),
      ),
      meta:
        meta === undefined ? {} : check(Meta, parseJson(meta, `Meta of ${id}`), `Meta of ${id}`),
    }
  })
}

/** Names used in the labeling configuration; `labelStudioConfig` gives one that fits. */
const FROM = 'label'
const TO = 'text'
/** Label Studio needs a label; spans without a type get this one. */
const PLAIN_LABEL = 'description'
const NO_DESCRIPTION = 'no description'

/** The labeling interface for a Label Studio project that takes the export. */
export function labelStudioConfig(types: readonly string[]): string {
  const escape = (text: string): string =>
    text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
  const labels = (types.length === 0 ? [PLAIN_LABEL] : types)
    .map((type) => `    <Label value="${escape(type === '' ? PLAIN_LABEL : type)}"/>`)
    .join('\n')
  return [
    '<View>',
    '  <Image name="image" value="$image"/>',
    `  <Labels name="${FROM}" toName="${TO}">`,
    labels,
    '  </Labels>',
    `  <Text name="${TO}" value="$text" granularity="word"/>`,
    `  <Choices name="answer" toName="${TO}"><Choice value="${NO_DESCRIPTION}"/></Choices>`,
    '</View>',
    '',
  ].join('\n')
}

const LabelStudioFile = z.array(
  z.object({
    id: Id.optional(),
    data: z.looseObject({ text: z.string(), id: Id.optional(), meta: Meta.optional() }),
    annotations: z
      .array(
        z.object({
          was_cancelled: z.boolean().optional(),
          result: z.array(
            z.looseObject({
              type: z.string().optional(),
              value: z.looseObject({
                start: Offset.optional(),
                end: Offset.optional(),
                text: z.unknown().optional(),
                labels: z.array(z.string()).optional(),
              }),
            }),
          ),
        }),
      )
      .optional(),
  }),
)

function writeLabelStudio(texts: readonly LabeledText[]): string {
  const tasks = texts.map((item) => {
    const spans = sorted(item.spans)
    const { image } = item.meta
    const data = {
      text: item.text,
      id: item.id,
      ...(typeof image === 'string' ? { image } : {}),
      offset_unit: UNIT_NAMES['code-point'],
      meta: item.meta,
    }
    const result =
      spans.length === 0
        ? [
            {
              id: `${item.id}-none`,
              from_name: 'answer',
              to_name: TO,
              type: 'choices',
              value: { choices: [NO_DESCRIPTION] },
            },
          ]
        : spans.map(({ start, end, quote, type }, place) => ({
            id: `${item.id}-${place}`,
            from_name: FROM,
            to_name: TO,
            type: 'labels',
            value: { start, end, text: quote, labels: [type === '' ? PLAIN_LABEL : type] },
          }))
    return { data, annotations: [{ result }] }
  })
  return `${JSON.stringify(tasks)}\n`
}

function readLabelStudio(content: string, unit: OffsetUnit): LabeledText[] {
  const what = 'The Label Studio file'
  return check(LabelStudioFile, parseJson(content, what), what).map((task, place) => {
    const id = task.data.id ?? task.id ?? String(place)
    const { text } = task.data
    // Several annotations of a task are several people; the first that counts is taken.
    const annotation = task.annotations?.find((one) => one.was_cancelled !== true)
    const spans = (annotation?.result ?? []).flatMap(({ value }) => {
      if (value.start === undefined || value.end === undefined) return []
      const quote = typeof value.text === 'string' ? value.text : null
      const label = value.labels?.[0] ?? ''
      const type = label === PLAIN_LABEL ? '' : label
      return [fromOutside(id, text, value.start, value.end, quote, type, unit)]
    })
    return { id, text, spans, meta: task.data.meta ?? {} }
  })
}

const ProdigyRow = z.object({
  text: z.string(),
  spans: z.array(z.object({ start: Offset, end: Offset, label: z.string().optional() })).nullish(),
  answer: z.string().optional(),
  meta: Meta.optional(),
})

/**
 * Prodigy: spans with characters and tokens, `token_end` inclusive. The tokens are ours (words and
 * signs by UAX #29, white space left out), given with the text so that both agree.
 */
function writeProdigy(texts: readonly LabeledText[]): string {
  return jsonLines(
    texts.map((item) => {
      const tokens = prodigyTokens(item)
      const spans = sorted(item.spans).map(({ start, end, type }) => {
        const first = tokens.findIndex((token) => token.start === start)
        const last = tokens.findIndex((token) => token.end === end)
        return {
          start,
          end,
          token_start: first,
          token_end: last,
          label: type === '' ? PLAIN_LABEL : type,
        }
      })
      return {
        text: item.text,
        tokens: tokens.map((token, id) => ({ ...token, id })),
        spans,
        answer: 'accept',
        offset_unit: UNIT_NAMES['code-point'],
        meta: { ...item.meta, id: item.id },
      }
    }),
  )
}

interface ProdigyToken {
  text: string
  start: number
  end: number
  /** Whether white space follows. */
  ws: boolean
}

function prodigyTokens({ text, spans }: LabeledText): ProdigyToken[] {
  const index = indexText(text)
  // A span may begin inside a word (selected by characters): it then cuts the token.
  const cuts = new Set(spans.flatMap((span) => [span.start, span.end]))
  const tokens: ProdigyToken[] = []
  const push = (start: number, end: number): void => {
    const units = [index.offsets.toUnits(start), index.offsets.toUnits(end)] as const
    tokens.push({ text: text.slice(...units), start, end, ws: false })
  }
  for (let at = 0; at < index.offsets.codePoints;) {
    const segment = index.segmentAt(at)
    if (!segment) break
    let from = segment.start
    for (let cut = segment.start + 1; cut <= segment.end; cut++) {
      if (cut !== segment.end && !cuts.has(cut)) continue
      // White space is a token only where a span begins or ends within it.
      const edge = cuts.has(from) || cuts.has(cut)
      if (!segment.blank) push(from, cut)
      else if (edge && spans.some((span) => span.start === from || span.end === cut))
        push(from, cut)
      else if (tokens.length > 0) (tokens.at(-1) as ProdigyToken).ws = true
      from = cut
    }
    at = segment.end
  }
  return tokens
}

function readProdigy(content: string, unit: OffsetUnit): LabeledText[] {
  return lines(content, ProdigyRow).flatMap((row, place) => {
    // Rejected and ignored tasks are no labels.
    if (row.answer !== undefined && row.answer !== 'accept') return []
    const { id: named, ...meta } = row.meta ?? {}
    const id = named === undefined || named === null ? String(place) : String(named)
    const spans = (row.spans ?? []).map(({ start, end, label }) =>
      fromOutside(
        id,
        row.text,
        start,
        end,
        null,
        label === undefined || label === PLAIN_LABEL ? '' : label,
        unit,
      ),
    )
    return [{ id, text: row.text, spans, meta }]
  })
}

/** doccano's JSONL for sequence labeling; `label` or, in older versions, `labels`. */
const DoccanoRow = z.object({
  id: Id.optional(),
  text: z.string(),
  label: z.array(z.tuple([Offset, Offset, z.string()])).optional(),
  labels: z.array(z.tuple([Offset, Offset, z.string()])).optional(),
  meta: Meta.optional(),
})

function writeDoccano(texts: readonly LabeledText[]): string {
  return jsonLines(
    texts.map((item) => {
      const { toUnits } = offsetMap(item.text)
      return {
        id: item.id,
        text: item.text,
        label: sorted(item.spans).map(({ start, end, type }) => [
          toUnits(start),
          toUnits(end),
          type === '' ? PLAIN_LABEL : type,
        ]),
        offset_unit: UNIT_NAMES['utf-16'],
        meta: { ...item.meta, id: item.id },
      }
    }),
  )
}

function readDoccano(content: string, unit: OffsetUnit): LabeledText[] {
  return lines(content, DoccanoRow).map((row, place) => {
    const { id: named, ...meta } = row.meta ?? {}
    // doccano gives its own ids on import; ours travels in meta.
    const id = named === undefined || named === null ? (row.id ?? String(place)) : String(named)
    const spans = (row.label ?? row.labels ?? []).map(([start, end, label]) =>
      fromOutside(id, row.text, start, end, null, label === PLAIN_LABEL ? '' : label, unit),
    )
    return { id, text: row.text, spans, meta }
  })
}

const WRITERS: Record<SpanFormat, (texts: readonly LabeledText[]) => string> = {
  squad: writeSquad,
  huggingface: writeHuggingFace,
  'label-studio': writeLabelStudio,
  prodigy: writeProdigy,
  doccano: writeDoccano,
}
const READERS: Record<SpanFormat, (content: string, unit: OffsetUnit) => LabeledText[]> = {
  squad: readSquad,
  huggingface: readHuggingFace,
  'label-studio': readLabelStudio,
  prodigy: readProdigy,
  doccano: readDoccano,
}
