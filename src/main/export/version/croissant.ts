import type { FileEntry } from '../folder.ts'
import { VERSION_PAIRS } from './types.ts'
import type { VersionExport } from './types.ts'
import { methodsOf } from './methods.ts'

/** The context that Croissant 1.0 gives: names in it are what its readers look for. */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  equivalentProperty: 'cr:equivalentProperty',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
}

/** More files than these are described by their endings. */
const MOST_OBJECTS = 200

const TYPES: Record<string, string> = {
  bib: 'application/x-bibtex',
  gif: 'image/gif',
  gz: 'application/gzip',
  jpg: 'image/jpeg',
  json: 'application/json',
  jsonl: 'application/jsonlines',
  md: 'text/markdown',
  parquet: 'application/x-parquet',
  png: 'image/png',
  tar: 'application/x-tar',
  toml: 'application/toml',
  txt: 'text/plain',
  webp: 'image/webp',
}

const endingOf = (path: string): string => /\.([^./]+)$/.exec(path)?.[1] ?? ''
const typeOf = (path: string): string => TYPES[endingOf(path)] ?? 'application/octet-stream'

/** Columns of the list of pairs. */
const FIELDS: readonly { name: string; type: string; description: string }[] = [
  {
    name: 'image',
    type: 'sc:URL',
    description: 'Address of the picture, or the file that a table named',
  },
  { name: 'text', type: 'sc:Text', description: 'The text of the pair' },
  { name: 'source', type: 'sc:Text', description: 'Which text of the page it is' },
  {
    name: 'cosine',
    type: 'sc:Float',
    description: 'Raw cosine of picture and text; null where there is none',
  },
  {
    name: 'sha256',
    type: 'sc:Text',
    description: "SHA-256 of the picture's bytes; null where they are not held",
  },
  { name: 'page', type: 'sc:URL', description: 'Address of the page' },
  { name: 'date', type: 'sc:DateTime', description: 'When the page was captured' },
  { name: 'place', type: 'sc:Integer', description: 'Place of the picture on the page, from 0' },
]

/**
 * The metadata of an exported version in Croissant 1.0 (JSON-LD): the files with their digests, and
 * the list of pairs as a set of records.
 * @param list the file of pairs
 * @param files of the dataset, the first of `total`
 */
export function croissantOf(
  what: VersionExport,
  list: FileEntry,
  files: readonly FileEntry[],
  total: number,
): Record<string, unknown> {
  const { version } = what
  const { software } = version.recipe
  const isNamed = total <= Math.min(files.length, MOST_OBJECTS)
  const distribution = isNamed ? files.map(fileObject) : [fileObject(list), ...fileSets(files)]
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: version.name,
    description: methodsOf(what),
    license: 'Not known: texts and pictures belong to the publishers of the pages.',
    url: `urn:sha256:${version.hash}`,
    identifier: `gleaner version 1: ${version.hash}`,
    version: '1.0.0',
    datePublished: version.createdAt.slice(0, 10),
    citeAs: `${version.name}: ${version.pairs} image-text pairs. Content hash ${version.hash}.`,
    // Readers take persons and organisations only; who they are the program does not know.
    creator: { '@type': 'sc:Organization', name: `Not stated; made with Gleaner ${software}` },
    isLiveDataset: false,
    distribution,
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'pairs',
        name: 'pairs',
        description: `The ${version.pairs} pairs of the version, as its content hash is over them`,
        field: FIELDS.map(({ name, type, description }) => ({
          '@type': 'cr:Field',
          '@id': `pairs/${name}`,
          name,
          description,
          dataType: type,
          source: { fileObject: { '@id': VERSION_PAIRS }, extract: { column: name } },
        })),
      },
    ],
  }
}

function fileObject({ path, bytes, sha256 }: FileEntry): Record<string, unknown> {
  return {
    '@type': 'cr:FileObject',
    '@id': path,
    name: path,
    description: path === VERSION_PAIRS ? 'The list of pairs' : 'A file of the data set',
    contentUrl: path,
    contentSize: `${bytes} B`,
    encodingFormat: typeOf(path),
    sha256,
  }
}

/** By ending, as there are too many to be named; `SHA256SUMS` names them all. */
function fileSets(files: readonly FileEntry[]): Record<string, unknown>[] {
  const endings = [...new Set(files.map(({ path }) => endingOf(path)))].filter(Boolean).sort()
  return endings.map((ending) => ({
    '@type': 'cr:FileSet',
    '@id': `files-${ending}`,
    name: `files-${ending}`,
    description: `All files that end in .${ending}; SHA256SUMS holds their digests`,
    encodingFormat: typeOf(`x.${ending}`),
    includes: `**/*.${ending}`,
  }))
}
