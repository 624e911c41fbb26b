import { Buffer } from 'node:buffer'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm'
import sharp from 'sharp'
import yazl from 'yazl'
import { QUERY_EXAMPLES } from '#shared/query/index.ts'
import { exifSegment, tiffOf, withSegments, withTexts } from '../support/marked-pictures.ts'
import { subwordTokenizer } from '../support/subword-strings.ts'

/** Sound inputs of each kind, as short as they can be and still have every part of their kind. */

const text = (...all: string[]): Buffer[] => all.map((one) => Buffer.from(one))
const fixtures = (path: string): string => resolve(import.meta.dirname, '../fixtures', path)

/** Files of the folder of real data that fit into an input; none where it is not there. */
function shared(folder: string, ending: RegExp, most = 64 << 10): Buffer[] {
  const root =
    process.env['GLEANER_SHARED_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data')
  const path = resolve(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => ending.test(name))
    .sort()
    .map((name) => resolve(path, name))
    .filter((file) => statSync(file).isFile() && statSync(file).size <= most)
    .map((file) => readFileSync(file))
}

const HTML = `<!doctype html><html lang=en><head><meta charset=utf-8><title>Boats &amp; more</title>
<base href="/b/"><style>@import "x.css"; p{background:url(x.png)}</style></head><body><h1>Harbour</h1>
<p>Two red boats lie at the quay.<figure><img src="a.jpg" alt="Two red boats" srcset="b.jpg 2x, c.jpg 3x"
width=640 height=480><figcaption>At the quay, <b>evening</b></figcaption></figure>
<picture><source srcset="d.webp" type="image/webp"><img src="data:," data-src="d.jpg" alt="A &quot;tower&quot;"></picture>
<noscript><img src=e.jpg alt="tower"></noscript><table><tr><td><a href="f.html"><img src=f.gif></a><td>cell</table>
<template shadowrootmode=open><img src=g.png alt=shadow></template><svg><image href=h.svg /></svg>
<p style="background:url(i.png)">text<img alt='東京 \u{1f44d}' src='//other.example/ü ö.png?q=ä'></p></body></html>`

const XHTML = `<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head>
<title>x</title><script/></head><body><p><![CDATA[ 1 < 2 ]]></p><img src="a.png" alt="A tower"/></body></html>`

export const pages = (): Buffer[] => [
  ...text(HTML, XHTML, HTML.replaceAll('>', '>\n').toUpperCase()),
  Buffer.from(`\ufeff${HTML}`, 'utf16le'),
  Buffer.from(HTML.replace('utf-8', 'shift_jis'), 'latin1'),
  Buffer.from(HTML.replace('utf-8', 'iso-2022-jp'), 'latin1'),
]

const answer = (head: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`), body])

export function responses(): Buffer[] {
  const body = Buffer.from(HTML)
  const half = body.length >> 1
  const chunked = Buffer.concat([
    Buffer.from(`${half.toString(16)};a=b\r\n`),
    body.subarray(0, half),
    Buffer.from(`\r\n${(body.length - half).toString(16)}\r\n`),
    body.subarray(half),
    Buffer.from('\r\n0\r\nX: y\r\n\r\n'),
  ])
  return [
    answer(`Content-Type: text/html; charset=utf-8\r\nContent-Length: ${body.length}`, body),
    answer('Content-Type: text/html\r\nTransfer-Encoding: chunked', chunked),
    answer('Content-Encoding: gzip', gzipSync(body)),
    answer('Content-Encoding: deflate', deflateSync(body)),
    answer('Content-Encoding: br\r\nContent-Type: */*', brotliCompressSync(body)),
    answer('Content-Encoding: gzip, br', brotliCompressSync(gzipSync(body))),
    answer('Content-Type: image/png', tinyPng),
  ]
}

const tinyPng = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

function record(type: string, uri: string, block: Buffer, fields = ''): Buffer {
  const head = `WARC/1.0\r\nWARC-Type: ${type}\r\nWARC-Record-ID: <urn:uuid:0b4e2f60-0000-4000-8000-00000000000${block.length % 10}>\r\nWARC-Date: 2026-11-01T10:00:00Z\r\nWARC-Target-URI: ${uri}\r\n${fields}Content-Type: application/http; msgtype=response\r\nContent-Length: ${block.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), block, Buffer.from('\r\n\r\n')])
}

function records(): Buffer[] {
  const [page, chunked, packed] = responses() as [Buffer, Buffer, Buffer]
  return [
    record('warcinfo', '', Buffer.from('software: x\r\nformat: WARC File Format 1.0\r\n')),
    record(
      'request',
      'https://a.example/',
      Buffer.from('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n'),
    ),
    record('response', 'https://a.example/', page),
    record('response', 'https://a.example/c', chunked),
    record('response', 'https://a.example/z', packed),
    record('response', 'https://a.example/b/a.jpg', answer('Content-Type: image/png', tinyPng)),
    record(
      'revisit',
      'https://a.example/b/d.jpg',
      Buffer.alloc(0),
      'WARC-Refers-To-Target-URI: https://a.example/b/a.jpg\r\nWARC-Refers-To-Date: 2026-11-01T10:00:00Z\r\nWARC-Payload-Digest: sha1:AAAA\r\n',
    ),
    record('resource', 'https://a.example/r.html', Buffer.from(HTML)),
  ]
}

export const archives = (): Buffer[] => [
  Buffer.concat(records()),
  ...shared('cases', /\.warc$/),
  ...shared('warc-damaged', /\.warc$/),
]

export const packedArchives = (): Buffer[] => [
  Buffer.concat(records().map((one) => gzipSync(one))),
  gzipSync(Buffer.concat(records())),
  ...shared('warc-damaged', /\.warc\.gz$/),
]

async function zipOf(files: Record<string, Buffer>, compress: boolean): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const [name, bytes] of Object.entries(files)) zip.addBuffer(bytes, name, { compress })
  zip.end()
  return buffer(zip.outputStream)
}

export async function wacz(): Promise<Buffer[]> {
  const files = {
    'archive/data.warc.gz': Buffer.concat(records().map((one) => gzipSync(one))),
    'indexes/index.cdx': Buffer.from('example,a)/ 20261101 {"url":"https://a.example/"}\n'),
    'datapackage.json': Buffer.from('{"profile":"data-package","resources":[]}'),
    'pages/pages.jsonl': Buffer.from('{"format":"json-pages-1.0"}\n{"url":"https://a.example/"}\n'),
  }
  return [await zipOf(files, true), await zipOf(files, false)]
}

export const sheets = (): Buffer[] =>
  text(
    '@charset "utf-8";@import url(a.css) screen;@media (min-width:10px){.a>b~c{color:red;background:url("x.png") no-repeat,image-set("y.png" 2x)}}',
    '@font-face{font-family:x;src:url(x.woff2)}p::before{content:"\\75rl(";width:calc(1px + (2 * 3em))}.a{.b &{color:\\72 ed}}',
    '@supports (display:grid) and (not (display:inline)){a:not(.b):nth-child(2n+1 of li){--x:{a:b};color:var(--x,red)!important}}<!-- -->',
  )

export const srcsets = (): Buffer[] =>
  text(
    'a.jpg 1x, b.jpg 2x',
    'a,b.jpg 320w,, c.jpg 640w 480h ,',
    'data:image/png;base64,AA== 1.5x,x y(z,w) 2x',
  )

export const robots = (): Buffer[] =>
  text(
    'User-agent: *\nDisallow: /private/*.jpg$\nAllow: /\nCrawl-delay: 10\nSitemap: https://a.example/s.xml\n\nUser-agent: Gleaner\nDisallow:\n',
    'noai, noimageai\nunavailable_after: 25 Jun 2030 15:00:00 PST\notherbot: noindex, nofollow',
  )

export const csv = (): Buffer[] => [
  ...text(
    'url,text,similarity\nhttps://a.example/a.jpg,"Two ""red"" boats, moored",0.31\nhttps://a.example/b.jpg,A tower,0.2\n',
    'sep=;\nurl;caption;score\nhttps://a.example/a.jpg;Boote;0,312\nhttps://a.example/b.jpg;Turm;NaN\n',
    'https://a.example/a,b.jpg\nhttps://a.example/c.jpg\n',
    'URL\tTEXT\tWIDTH\nhttps://a.example/a.jpg\t東京\t640\n',
  ),
  ...shared('cases', /\.(csv|txt)$/),
]

export const jsonl = (): Buffer[] => [
  ...text(
    '{"url":"https://a.example/a.jpg","text":"Two boats","similarity":0.3,"width":640}\n{"url":"https://a.example/b.jpg","text":"A tower","similarity":NaN,"width":null}\n',
    '{"file_name":"a.jpg","text":"\\ud83d\\udc4d","tags":["x",{"y":1}]}\n',
  ),
  ...shared('cases', /\.jsonl$/),
]

export const json = (): Buffer[] =>
  text(
    '[{"url":"https://a.example/a.jpg","text":"Two boats"},{"url":"https://a.example/b.jpg","text":"A tower"}]',
    '{"info":{},"images":[{"id":1,"file_name":"a.jpg","coco_url":"https://a.example/a.jpg","width":640,"height":480},{"id":2,"file_name":"b.jpg"}],"annotations":[{"id":1,"image_id":1,"caption":"Two boats"},{"id":2,"image_id":2,"caption":"A tower"}],"licenses":[]}',
  )

export function parquet(): Buffer[] {
  const columns = {
    URL: Array.from({ length: 40 }, (_, i) => `https://a.example/${i % 7}.jpg`),
    TEXT: Array.from({ length: 40 }, (_, i) => (i % 5 === 0 ? null : `boat number ${i}`)),
    similarity: Float32Array.from({ length: 40 }, (_, i) => i / 100),
    WIDTH: Int32Array.from({ length: 40 }, (_, i) => i),
  }
  const made = [Compression.UNCOMPRESSED, Compression.SNAPPY, Compression.ZSTD].map((how) => {
    const properties = new WriterPropertiesBuilder()
      .setCompression(how)
      .setMaxRowGroupSize(16)
      .build()
    const ipc = tableToIPC(tableFromArrays(columns), 'stream')
    return Buffer.from(writeParquet(Table.fromIPCStream(ipc), properties))
  })
  return [...made, ...shared('cases', /\.parquet$/)]
}

function npyOf(head: string, data: Buffer, version = 1): Buffer {
  const padded = head.padEnd(117) + '\n'
  const size = Buffer.alloc(version === 1 ? 2 : 4)
  if (version === 1) size.writeUInt16LE(padded.length)
  else size.writeUInt32LE(padded.length)
  return Buffer.concat([
    Buffer.from('\x93NUMPY', 'latin1'),
    Buffer.from([version, 0]),
    size,
    Buffer.from(padded),
    data,
  ])
}

export const npy = (): Buffer[] => [
  npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 8), }", Buffer.alloc(128, 1)),
  npyOf("{'descr': '<f2', 'fortran_order': False, 'shape': (4, 8), }", Buffer.alloc(64, 1), 2),
]

export const npz = async (): Promise<Buffer[]> => {
  const [first] = npy() as [Buffer]
  return [await zipOf({ 'image.npy': first }, true), await zipOf({ 'image.npy': first }, false)]
}

export const prompts = (): Buffer[] =>
  text(
    'group,kind,level,prompt\nboat,object,1,a boat\nboat,object,2,"a red boat, moored"\n',
    '[{"group":"boat","kind":"object","level":1,"prompt":"a boat"},{"group":"boat","level":2,"prompt":"a red boat"}]',
    '{"boat":{"kind":"object","prompts":["a boat","a red boat"]}}',
    'boat:\n  kind: object\n  prompts:\n    - a boat\n    - &x a red boat\n    - *x\n',
    '- group: tower\n  level: 1\n  prompt: |\n    a tower\n    by night\n',
  )

export const manifests = (): Buffer[] =>
  text(
    '{"path":"a.png","prompt":"a boat","seed":7,"level":1,"take":0}\n{"path":"b.png","prompt":"a tower","seed":18446744073709551615}\n',
    '{"file_name":"../c.png","text":"x"}\n{"file_name":"/etc/passwd"}\n',
  )

export async function packages(): Promise<Buffer[]> {
  const study = {
    format: 'gleaner rater package 1',
    software: 'Gleaner',
    uid: '0123456789abcdef',
    name: 'small',
    hash: 'a'.repeat(64),
    design: {
      aspects: [
        { id: 'overall', name: 'Overall', question: 'How well?', form: '0-5', anchors: {} },
      ],
    },
    width: 64,
    height: 64,
    prompts: [{ group: 'boat', kind: 'object', level: 1, text: 'a boat' }],
    images: [{ token: 'aaaaaaaaaaaa', prompt: 0, sha256: 'b'.repeat(64) }],
    tasks: [
      {
        token: 'bbbbbbbbbbbb',
        kind: 'rate',
        image: 'aaaaaaaaaaaa',
        other: null,
        prompt: 0,
        repeats: null,
      },
    ],
  }
  return [
    await zipOf(
      { 'study.json': Buffer.from(JSON.stringify(study)), 'pictures/aaaaaaaaaaaa.png': tinyPng },
      true,
    ),
  ]
}

export const ratings = (): Buffer[] =>
  text(
    'rater,item,model,group,level,seed,aspect,value,at\nAda,1,base,boat,1,7,overall,3,2026-11-16T09:00:04.153Z\nBen,2,tuned,boat,2,8,overall,5,2026-11-16 09:00:04\n',
    "rater,aspect,value,at\n'=1+1,overall,2,2026-11-16\n",
  )

export const spans = (): Buffer[] =>
  text(
    '{"version":"1.1","data":[{"title":"a","paragraphs":[{"context":"Two red boats \u{1f44d} lie here","qas":[{"id":"1","question":"q","answers":[{"text":"red boats","answer_start":4}],"is_impossible":false}]}]}]}',
    '{"id":"1","context":"Two red boats lie here","question":"q","answers":{"text":["red boats"],"answer_start":[4]}}\n',
    '[{"id":1,"data":{"text":"Two red boats","id":"1"},"annotations":[{"result":[{"type":"labels","from_name":"l","to_name":"t","value":{"start":4,"end":13,"text":"red boats","labels":["D"]}}]}]}]',
    '{"text":"Two red boats","meta":{"id":"1"},"spans":[{"start":4,"end":13,"label":"D"}]}\n',
    '{"id":1,"text":"Two red boats","label":[[4,13,"D"]]}\n',
  )

export const queries = (): Buffer[] =>
  text(
    ...Object.values(QUERY_EXAMPLES),
    'host:b\u00fccher.example (alt:/^a+$/i OR NOT title:"x y") -width<3 date:2019..2020 score[m].alt>=0.2',
  )

export async function pictures(): Promise<Buffer[]> {
  const folder = fixtures('inference/pictures')
  const small = readdirSync(folder)
    .filter((name) => !name.endsWith('.json'))
    .map((name) => readFileSync(resolve(folder, name)))
    .filter((bytes) => bytes.length <= 24 << 10)
  const raw = sharp(Buffer.from(Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 37) % 256)), {
    raw: { width: 32, height: 32, channels: 3 },
  })
  const avif = await raw.clone().avif({ effort: 0 }).toBuffer()
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4" fill="red"/></svg>'
  return [...small, avif, ...text(svg), ...shared('cases/pictures', /./)]
}

export async function markedPictures(): Promise<Buffer[]> {
  const raw = sharp(Buffer.alloc(8 * 8 * 4, 90), { raw: { width: 8, height: 8, channels: 4 } })
  const png = await raw.clone().png().toBuffer()
  const jpeg = await raw.clone().removeAlpha().jpeg().toBuffer()
  const a1111 =
    'a red boat <lora:x:0.8>\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 512x512, Model hash: abcdef, Model: m'
  const graph = JSON.stringify({
    3: {
      class_type: 'KSampler',
      inputs: {
        seed: 42,
        steps: 20,
        cfg: 7,
        sampler_name: 'euler',
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
      },
    },
    4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'm.safetensors' } },
    6: { class_type: 'CLIPTextEncode', inputs: { text: 'a red boat', clip: ['4', 1] } },
    7: { class_type: 'CLIPTextEncode', inputs: { text: 'blurry', clip: ['4', 1] } },
  })
  return [
    withTexts(png, [{ type: 'tEXt', keyword: 'parameters', text: a1111 }]),
    withTexts(png, [{ type: 'iTXt', keyword: 'prompt', text: graph, packed: true }]),
    withTexts(png, [
      {
        type: 'zTXt',
        keyword: 'invokeai_metadata',
        text: '{"positive_prompt":"a boat","seed":42,"width":8,"height":8}',
      },
      { type: 'tEXt', keyword: 'XML:com.adobe.xmp', text: '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>' },
    ]),
    withSegments(jpeg, [
      exifSegment(
        tiffOf(
          [{ tag: 0x9286, type: 7, ifd: 'exif', value: Buffer.from(`UNICODE\0${a1111}`) }],
          true,
        ),
      ),
    ]),
  ]
}

export const modelManifests = (): Buffer[] =>
  ['tiny-clip', 'tiny-bert', 'tiny-bert-qa', 'tiny-features', 'tiny-siglip', 'tiny-roberta']
    .flatMap((name) =>
      ['gleaner.json', 'config.json', 'preprocessor_config.json'].map((file) =>
        fixtures(`models/${name}/${file}`),
      ),
    )
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path))

export const tokenizers = (): Buffer[] => [
  readFileSync(fixtures('models/tiny-clip/tokenizer.json')),
  readFileSync(fixtures('models/tiny-bert/tokenizer.json')),
  ...['bert-uncased', 'siglip', 'roberta']
    .map((kind) => Buffer.from(subwordTokenizer(kind)))
    .filter(({ length }) => length <= 64 << 10),
]
