import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { VersionInfo } from '#shared/contract/versions.ts'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import { pairLine, VersionPair as Line } from '#shared/versions/pair-line.ts'
import { VersionRecipe } from '#shared/versions/recipe.ts'
import { FORMATS } from '../../../src/main/export/formats.ts'
import { OutputFolder } from '../../../src/main/export/folder.ts'
import { bibtexOf } from '../../../src/main/export/version/bibtex.ts'
import { putVersionFiles } from '../../../src/main/export/version/files.ts'
import { methodsOf } from '../../../src/main/export/version/methods.ts'
import { recipe as exportRecipe, sha256, temporaryFolder } from './support.ts'

const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/versions/hash.json'), 'utf8'),
) as { recipe: unknown; pairs: VersionPair[]; hash: string }

const version: VersionInfo = {
  name: 'paper_1',
  note: 'For a test.',
  hash: reference.hash,
  pairs: 1234,
  createdAt: '2026-03-04T05:06:07.000Z',
  recipe: VersionRecipe.parse(reference.recipe),
  counts: {
    matched: 2000,
    leftOut: { 'no-text': 66, 'not-drawn': 700 },
    held: 1200,
    pictures: 1111,
    hosts: 1,
    scored: 1230,
    cosine: { min: 0.28, mean: 0.3123, median: 0.3, max: 0.9 },
    texts: { alt: 1000, caption: 234 },
  },
}
const counts = {
  matched: 1234,
  exported: 1200,
  pictures: 1100,
  pictureBytes: 9,
  skipped: { 'no-picture': 34 },
}

async function written(files: number): Promise<{ folder: string; croissant: Node }> {
  const folder = temporaryFolder()
  const out = new OutputFolder(folder)
  for (let n = 0; n < files; n++) await out.put(`${String(n).padStart(5, '0')}.tar`, `shard ${n}`)
  await putVersionFiles(out, {
    ...{ version, counts, format: FORMATS.webdataset, recipe: exportRecipe('webdataset') },
    lines: reference.pairs.map(pairLine),
  })
  await out.finish()
  return {
    folder,
    croissant: JSON.parse(readFileSync(join(folder, 'croissant.json'), 'utf8')) as Node,
  }
}

type Node = Record<string, unknown>
const nodes = (value: unknown): Node[] => (Array.isArray(value) ? (value as Node[]) : [])

/** Names of the context that Croissant 1.0 gives; mlcroissant warns of any other. */
const OFFICIAL =
  '@language @vocab citeAs column conformsTo cr data dataType dct equivalentProperty examples extract field ' +
  'fileObject fileProperty fileSet format includes isLiveDataset jsonPath key md5 parentField path rai ' +
  'recordSet references regex repeated replace samplingRate sc separator source subField transform'

/**
 * What mlcroissant (MLCommons) asks of Croissant 1.0: what is mandatory, that names are there and
 * referred to rightly, that types are known. tools/check-croissant runs the program itself.
 */
function problemsOf(data: Node): string[] {
  const problems: string[] = []
  const need = (node: Node, ...fields: string[]): void => {
    for (const field of fields) {
      const value = node[field]
      if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
        problems.push(`${String(node['@id'] ?? node['@type'])} has no ${field}`)
      }
    }
  }
  const context = data['@context'] as Node
  if (context['@vocab'] !== 'https://schema.org/') problems.push('the vocabulary is another one')
  for (const [name, iri] of [
    ['cr', 'http://mlcommons.org/croissant/'],
    ['sc', 'https://schema.org/'],
    ['dct', 'http://purl.org/dc/terms/'],
  ] as const) {
    if (context[name] !== iri) problems.push(`${name} means ${String(context[name])}`)
  }
  for (const name of OFFICIAL.split(' ')) {
    if (!(name in context)) problems.push(`the context has no ${name}`)
  }
  for (const name of Object.keys(context)) {
    if (!OFFICIAL.split(' ').includes(name)) problems.push(`${name} is not of the context`)
  }
  for (const one of [data['creator']].flat() as Node[]) {
    if (!/^sc:(Organization|Person)$/.test(String(one['@type']))) {
      problems.push(`${String(one['@type'])} makes no data sets`)
    }
  }
  if (data['@type'] !== 'sc:Dataset') problems.push('it is no data set')
  if (data['conformsTo'] !== 'http://mlcommons.org/croissant/1.0') problems.push('other rules')
  need(
    data,
    'name',
    'description',
    'license',
    'url',
    'creator',
    'datePublished',
    'version',
    'distribution',
    'recordSet',
  )
  if (!/^[A-Za-z0-9_.-]+$/.test(String(data['name'])))
    problems.push('its name has other characters')
  if (!/^\d+\.\d+\.\d+$/.test(String(data['version']))) problems.push('its version is not x.y.z')
  const ids = new Set<string>()
  const declare = (node: Node): void => {
    const id = String(node['@id'])
    if (ids.has(id)) problems.push(`${id} is there twice`)
    ids.add(id)
  }
  for (const node of nodes(data['distribution'])) {
    declare(node)
    need(node, '@id', 'name', 'encodingFormat')
    if (node['@type'] === 'cr:FileObject') {
      need(node, 'contentUrl', 'sha256')
      if (!/^[0-9a-f]{64}$/.test(String(node['sha256']))) problems.push('a digest is none')
    } else if (node['@type'] === 'cr:FileSet') need(node, 'includes')
    else problems.push(`${String(node['@type'])} is no part of a distribution`)
  }
  for (const set of nodes(data['recordSet'])) {
    declare(set)
    need(set, '@id', 'name', 'field')
    if (set['@type'] !== 'cr:RecordSet') problems.push('it is no set of records')
    for (const field of nodes(set['field'])) {
      declare(field)
      need(field, '@id', 'name', 'description', 'dataType', 'source')
      if (field['@type'] !== 'cr:Field') problems.push('it is no field')
      if (!String(field['@id']).startsWith(`${String(set['@id'])}/`))
        problems.push('not of its set')
      // Readers of JSON Lines make times of a column with this name.
      if (field['name'] === 'date' && field['dataType'] !== 'sc:DateTime') {
        problems.push('a time is read as another type')
      }
      if (
        !/^sc:(Text|URL|Integer|Float|Boolean|Date|DateTime|ImageObject)$/.test(
          String(field['dataType']),
        )
      ) {
        problems.push(`${String(field['dataType'])} is no type`)
      }
      const source = field['source'] as Node
      const of = (source['fileObject'] ?? source['fileSet']) as Node | undefined
      if (!of || !ids.has(String(of['@id']))) problems.push(`${String(field['@id'])} is of no file`)
      const extract = (source['extract'] ?? {}) as Node
      if (Object.keys(extract).length !== 1) problems.push('it is to be found nowhere')
    }
  }
  // Every word of ours is one that the context knows.
  const known = new Set(Object.keys(context))
  const schema =
    'name description license url identifier version datePublished creator distribution contentUrl contentSize encodingFormat sha256'
  for (const word of schema.split(' ')) known.add(word)
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk)
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (!key.startsWith('@') && !known.has(key)) problems.push(`${key} means nothing`)
        if (key !== '@context') walk(inner)
      }
    }
  }
  walk(data)
  return problems
}

describe('the Croissant metadata of a version', () => {
  it.each([3, 300])('keeps the rules of its validator with %s files', async (files) => {
    const { croissant } = await written(files)
    expect(problemsOf(croissant)).toEqual([])
  })

  it('names files by what they are, and columns that the list has', async () => {
    const { folder, croissant } = await written(3)
    const files = nodes(croissant['distribution'])
    expect(files.map((file) => file['contentUrl'])).toContain('00002.tar')
    for (const file of files) {
      const bytes = readFileSync(join(folder, String(file['contentUrl'])))
      expect(file['sha256'], String(file['@id'])).toBe(sha256(bytes))
      expect(file['contentSize']).toBe(`${bytes.length} B`)
    }
    const [first = ''] = readFileSync(join(folder, 'version-pairs.jsonl'), 'utf8').split('\n')
    const columns = nodes(nodes(croissant['recordSet'])[0]?.['field']).map((field) => field['name'])
    expect([...columns].sort()).toEqual(Object.keys(Line.parse(JSON.parse(first))).sort())
  })

  it('is judged by rules that find what is wrong', async () => {
    const { croissant } = await written(1)
    for (const [field, value] of [
      ['name', 'two words'],
      ['license', undefined],
      ['conformsTo', 'http://mlcommons.org/croissant/0.8'],
      ['recordSet', []],
      ['nonsense', 1],
      ['creator', { '@type': 'sc:SoftwareApplication', name: 'Gleaner' }],
      ['@context', { ...(croissant['@context'] as Node), rai: undefined, own: 'cr:own' }],
    ] as const) {
      expect(problemsOf({ ...croissant, [field]: value }), field).not.toEqual([])
    }
  })
})

describe('the words of a version', () => {
  it('hold every number that made it', () => {
    const text = methodsOf({
      ...{ version, counts, format: FORMATS.webdataset, lines: [] },
      recipe: exportRecipe('webdataset'),
    })
    for (const said of [
      '1,234 image-text pairs with 1,111 distinct pictures from 1 host,',
      '1 archive (123,456,789,012 bytes)',
      `alt:"red éclair 🍪" width>=256`,
      'at least 0.28',
      '2,000 pairs passed',
      '66 had none of the texts',
      '700 were not drawn',
      'seed 7',
      'alt 1,000, caption 234',
      '1,230 (99.7 %)',
      'from 0.2800 to 0.9000, mean 0.3123, median 0.3000',
      '1,200 of 1,234 pairs (left out: no-picture 34)',
      reference.hash,
    ]) {
      expect(text).toContain(said)
    }
  })

  it('are an entry that BibTeX reads', () => {
    const entry = bibtexOf(version)
    expect(entry).toMatch(/^@misc\{[a-z0-9-]+,\n(?: {2}[a-z]+ += \{.*\},\n)+\}\n$/)
    expect(entry).toContain('paper\\_1')
    expect(entry).toContain('{2026}')
    expect(entry.split('{').length).toBe(entry.split('}').length)
  })
})
