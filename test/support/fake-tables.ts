import type { CallArgs, CallOutput, RecognisedTable } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'

/**
 * Tables that are recognised without files, by what their names say: `wide` has 40 columns,
 * `scaled` needs a unit, `plain` needs its columns named, `broken` cannot be read.
 */
export function fakeRecognise(args: CallArgs<'tables.recognise'>): CallOutput<'tables.recognise'> {
  const { path } = args
  if (path.includes('broken')) {
    throw new AppError('damaged', `${path} breaks off at byte 4,112: no footer of Parquet`)
  }
  if (!/\.(parquet|csv)$/.test(path)) return { n: 0, tables: [], refusal: null }
  const scaled = path.includes('scaled')
  const columns: RecognisedTable['columns'] = path.includes('plain')
    ? [column('bild', 'text'), column('beschreibung', 'text')]
    : [
        column('URL', 'text', 'url', 'by its name'),
        column('TEXT', 'text', 'alt', 'by its name'),
        column('WIDTH', 'integer', 'width', 'by its name'),
        column('HEIGHT', 'integer', 'height', 'by its name'),
        {
          ...column('similarity', 'number', 'score', 'named like a similarity, and a number'),
          range: scaled
            ? { min: 11.2, max: 41.7, median: 29.6 }
            : { min: 0.28, max: 0.5231, median: 0.3172 },
          model: args.modelName ?? 'laion:similarity',
        },
        column('punsafe', 'number', 'ignore', 'no cosine: a probability'),
      ]
  if (path.includes('wide')) {
    for (let i = columns.length; i < 40; i++) {
      columns.push(
        column(
          i === 20
            ? 'a_very_long_name_of_a_column_that_somebody_generated_from_a_nested_structure.with.many.parts'
            : `feature_${i}`,
          i % 9 === 0 ? 'nested' : 'number',
        ),
      )
    }
  }
  for (const { role, column: name } of args.columns) {
    for (const one of columns) {
      if (one.name === name) Object.assign(one, { role, why: 'chosen' })
      else if (one.role === role && role !== 'ignore' && role !== 'score') one.role = 'ignore'
    }
  }
  const texts = [
    'View of the old harbour from the north pier, around 1912, gelatin silver print on baryta paper',
    'Royalty Free Stock Photo',
    'Lighthouse – 灯台 – منارة',
    null,
    'Boats',
  ]
  const preview = texts.map((text, i) =>
    Object.fromEntries(
      columns.map(({ name, type, role }) => [
        name,
        type === 'nested'
          ? null
          : role === 'url' || name === 'bild'
            ? `https://images.example.org/collection/2019/06/${i}_large.jpg`
            : type === 'text'
              ? text
              : type === 'integer'
                ? 640 + i * 96
                : name === 'similarity'
                  ? (scaled ? 31.25 : 0.3125) + i * 0.0123
                  : Number((i * 0.137).toFixed(3)),
      ]),
    ),
  )
  const has = (...roles: string[]) => columns.some(({ role }) => roles.includes(role))
  const refusal = !has('url', 'path')
    ? {
        message: 'plain.csv: no column is known to hold addresses or files of pictures',
        hint: 'Choose the column that holds addresses or files of pictures.',
        commandHint:
          'Say which: --column url=NAME or --column path=NAME. It has bild, beschreibung.',
        asksUnit: false,
      }
    : scaled && args.unit !== 'x100' && has('score')
      ? {
          message: 'the values of similarity run from 11.2 to 41.7, which are no cosines',
          hint: 'They look like 100 * max(cos, 0): choose that unit.',
          commandHint: 'They look like 100 * max(cos, 0): declare it with --unit x100.',
          asksUnit: true,
        }
      : null
  return {
    n: 1,
    refusal,
    tables: [
      {
        path,
        format: path.endsWith('.csv') ? 'csv' : 'parquet',
        layout: has('score') ? 'laion' : null,
        rows: path.endsWith('.csv') ? null : 12_482_301,
        bytes: 1_482_000_000,
        columns,
        problems: path.includes('wide')
          ? ['12 of the first 1,000 rows have no address: they are counted, not imported.']
          : [],
        preview,
        embeddings: null,
      },
    ],
  }
}

function column(
  name: string,
  type: RecognisedTable['columns'][number]['type'],
  role: RecognisedTable['columns'][number]['role'] = 'ignore',
  why = type === 'nested' ? 'lists and structures have no single value' : 'not part of a pair',
): RecognisedTable['columns'][number] {
  return { name, type, role, why, range: null, model: null }
}
