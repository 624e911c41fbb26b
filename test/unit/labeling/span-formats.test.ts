import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  FORMAT_UNITS,
  SPAN_FORMATS,
  labelStudioConfig,
  readSpans,
  writeSpans,
} from '../../../src/main/labeling/span-formats.ts'
import type { LabeledSpan, LabeledText } from '../../../src/main/labeling/span-formats.ts'
import { sliceCodePoints } from '../../../src/shared/text/offsets.ts'

const TEXT = '😀 Above:\r\na red fox,\u2028e\u0301t\u00e9 👩‍👩‍👧 and שלום.'

const span = (text: string, quote: string, type: string): LabeledSpan => {
  const start = [...text.slice(0, text.indexOf(quote))].length
  return { start, end: start + [...quote].length, quote, type }
}
const ITEMS: LabeledText[] = [
  {
    id: 'pair-1',
    text: TEXT,
    spans: [span(TEXT, 'a red fox', 'content'), span(TEXT, '👩‍👩‍👧', ''), span(TEXT, 'שלום', 'credit')],
    meta: { page: 'http://a.example/', pair: 1, seen: true, none: null },
  },
  { id: 'pair-2', text: 'Nothing here.', spans: [], meta: {} },
]

/** Python's view of a string: code points. */
const python = (text: string, start: number, end: number): string =>
  [...text].slice(start, end).join('')

describe.each(SPAN_FORMATS)('%s', (format) => {
  test('comes back as it was', () => {
    expect(readSpans(format, writeSpans(format, ITEMS))).toEqual(ITEMS)
  })

  test('comes back as it was, for any text', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      'word',
      '😀',
      'e\u0301',
      '\r\n',
      '👩‍👩‍👧',
      '.',
      'ﬁ',
      '\u2028',
      'ש',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 20 }),
        fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 3 }),
        (pieces, marks) => {
          const text = pieces.join('')
          const length = [...text].length
          const spans = marks
            .map(([a, b]) => [Math.min(a, b, length), Math.min(Math.max(a, b), length)] as const)
            .filter(([start, end]) => start < end)
            .map(([start, end]) => ({
              start,
              end,
              quote: python(text, start, end),
              type: 'content',
            }))
            .sort((a, b) => a.start - b.start || a.end - b.end)
          const item = { id: 'x', text, spans, meta: {} }
          expect(readSpans(format, writeSpans(format, [item]))).toEqual([item])
        },
      ),
    )
  })

  test('refuses a quote that is not its slice, and names the text', () => {
    const wrong = {
      ...(ITEMS[0] as LabeledText),
      spans: [{ start: 0, end: 3, quote: 'fox', type: '' }],
    }
    expect(() => writeSpans(format, [wrong])).toThrow(/pair-1/)
  })

  test('names the unit of its offsets', () => {
    const name = FORMAT_UNITS[format] === 'utf-16' ? 'utf-16 code units' : 'unicode code points'
    expect(writeSpans(format, ITEMS)).toContain(`"offset_unit":"${name}"`)
  })

  test('says what is wrong with a file that is none', () => {
    expect(() => readSpans(format, 'no json')).toThrow(/no JSON/)
    expect(() => readSpans(format, '{"x":1}')).toThrow(/expected|Invalid/i)
  })
})

describe('read by hand, as the tools read it', () => {
  const rows = (content: string): Record<string, unknown>[] =>
    content
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  test('SQuAD 2.0: answers with answer_start, is_impossible without', () => {
    const file = JSON.parse(writeSpans('squad', ITEMS)) as {
      version: string
      data: {
        paragraphs: {
          context: string
          qas: {
            id: string
            question: string
            is_impossible: boolean
            answers: { text: string; answer_start: number }[]
          }[]
        }[]
      }[]
    }
    expect(file.version).toBe('v2.0')
    const [first, second] = file.data.flatMap((article) => article.paragraphs)
    for (const { text, answer_start } of first?.qas[0]?.answers ?? []) {
      expect(python(first?.context ?? '', answer_start, answer_start + [...text].length)).toBe(text)
    }
    expect(first?.qas[0]?.answers.length).toBe(3)
    expect(second?.qas[0]).toMatchObject({ is_impossible: true, answers: [] })
  })

  test('Hugging Face: parallel lists, one row a text', () => {
    const [row] = rows(writeSpans('huggingface', ITEMS))
    const { context, answers } = row as {
      context: string
      answers: { text: string[]; answer_start: number[] }
    }
    answers.text.forEach((text, n) => {
      const start = answers.answer_start[n] as number
      expect(python(context, start, start + [...text].length)).toBe(text)
    })
  })

  test('Label Studio: regions that name controls of its configuration', () => {
    const tasks = JSON.parse(writeSpans('label-studio', ITEMS)) as {
      data: { text: string }
      annotations: {
        result: {
          from_name: string
          to_name: string
          type: string
          value: { start: number; end: number; text: string; labels: string[] }
        }[]
      }[]
    }[]
    const config = labelStudioConfig(['content', 'credit', '', 'a<b'])
    for (const task of tasks) {
      for (const region of task.annotations[0]?.result ?? []) {
        expect(config).toContain(`name="${region.from_name}"`)
        expect(config).toContain(`name="${region.to_name}"`)
        if (region.type !== 'labels') continue
        const { start, end, text, labels } = region.value
        expect(python(task.data.text, start, end)).toBe(text)
        expect(config).toContain(`<Label value="${labels[0]}"/>`)
      }
    }
    expect(config).toContain('a&#60;b')
  })

  test('Prodigy: tokens that are slices, and spans that begin and end with them', () => {
    const row = rows(writeSpans('prodigy', ITEMS))[0] as {
      text: string
      tokens: { text: string; start: number; end: number; id: number }[]
      spans: { start: number; end: number; token_start: number; token_end: number }[]
    }
    row.tokens.forEach((token, id) => {
      expect(token.id).toBe(id)
      expect(python(row.text, token.start, token.end)).toBe(token.text)
    })
    for (const one of row.spans) {
      expect(row.tokens[one.token_start]?.start).toBe(one.start)
      expect(row.tokens[one.token_end]?.end).toBe(one.end)
    }
  })

  test('doccano: UTF-16 units, as its page counts', () => {
    const row = rows(writeSpans('doccano', ITEMS))[0] as {
      text: string
      label: [number, number, string][]
    }
    expect(row.label.map(([start, end]) => row.text.slice(start, end))).toEqual([
      'a red fox',
      '👩‍👩‍👧',
      'שלום',
    ])
  })
})

describe('files of the tools', () => {
  test('offsets in another unit are found out where a quote is there', () => {
    const squad = (start: number): string =>
      JSON.stringify({
        data: [
          {
            paragraphs: [
              {
                context: '😀 fox',
                qas: [{ id: 1, answers: [{ text: 'fox', answer_start: start }] }],
              },
            ],
          },
        ],
      })
    expect(readSpans('squad', squad(2))[0]?.spans[0]?.quote).toBe('fox')
    let hint: string | undefined
    try {
      readSpans('squad', squad(3))
    } catch (error) {
      hint = (error as { hint?: string }).hint
    }
    expect(hint).toContain('utf-16')
    expect(readSpans('squad', squad(3), 'utf-16')[0]?.spans[0]?.start).toBe(2)
  })

  test('plausible answers of impossible questions are no answers', () => {
    const file = {
      data: [
        {
          paragraphs: [
            {
              context: 'a fox',
              qas: [{ id: 'q', is_impossible: true, answers: [{ text: 'fox', answer_start: 2 }] }],
            },
          ],
        },
      ],
    }
    expect(readSpans('squad', JSON.stringify(file))[0]?.spans).toEqual([])
  })

  test("Label Studio's canceled annotations and Prodigy's rejected tasks are left out", () => {
    const task = {
      id: 7,
      data: { text: 'a fox' },
      annotations: [
        { was_cancelled: true, result: [{ value: { start: 0, end: 1, labels: ['content'] } }] },
        { result: [{ value: { start: 2, end: 5, text: 'fox', labels: ['content'] } }] },
      ],
    }
    const [read] = readSpans('label-studio', JSON.stringify([task]))
    expect(read?.id).toBe('7')
    expect(read?.spans.map((one) => sliceCodePoints('a fox', one.start, one.end))).toEqual(['fox'])
    expect(readSpans('prodigy', '{"text":"a fox","spans":[],"answer":"reject"}\n')).toEqual([])
    expect(
      readSpans('doccano', '{"id":3,"text":"a fox","labels":[[2,5,"x"]]}')[0]?.spans[0]?.type,
    ).toBe('x')
  })
})
