import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { WARCParser } from 'warcio'
import { fromBuffer } from 'yauzl'
import { decodeHtml } from '../../../src/main/extraction/index.ts'

export interface RealPage {
  archive: string
  url: string
  contentType: string
  body: Uint8Array
  html: string
}

/** The archive that comes with the program. */
export const SAMPLE = resolve(import.meta.dirname, '../../../resources/sample')

const read = new Map<string, Promise<RealPage[]>>()

/**
 * Every HTML page of a folder of archives, read by a reader that is not ours: response and resource
 * records with status 200, a content type that says html, a body that is not empty.
 */
export function realPages(folder: string): Promise<RealPage[]> {
  const pages = read.get(folder) ?? readFolder(folder)
  read.set(folder, pages)
  return pages
}

async function readFolder(folder: string): Promise<RealPage[]> {
  const found: RealPage[] = []
  // The reader reports wrong record ends on the console; they are known.
  const { error, warn } = console
  console.error = console.warn = () => {}
  try {
    for (const archive of (await readdir(folder)).filter(isArchive).sort()) {
      const path = join(folder, archive)
      const streams = archive.endsWith('.wacz') ? await waczStreams(path) : [createReadStream(path)]
      for (const stream of streams) await readArchive(archive, stream, found)
    }
  } finally {
    console.error = error
    console.warn = warn
  }
  return found
}

const isArchive = (name: string): boolean => /\.(warc(\.gz)?|wacz)$/.test(name)

async function readArchive(archive: string, stream: Readable, found: RealPage[]): Promise<void> {
  for await (const record of new WARCParser(stream)) {
    const isResponse = record.warcType === 'response'
    if (!isResponse && record.warcType !== 'resource') continue
    if (isResponse && record.httpHeaders?.statusCode !== 200) continue
    const contentType =
      (isResponse ? record.httpHeaders?.headers.get('content-type') : record.warcContentType) ?? ''
    if (!/html/i.test(contentType)) continue
    const body = await record.readFully(true)
    if (!body || body.length === 0) continue
    const url = record.warcTargetURI ?? ''
    const copy = Uint8Array.from(body)
    const html = decodeHtml(copy, contentType, url).text
    found.push({ archive, url, contentType, body: copy, html })
  }
}

async function waczStreams(path: string): Promise<Readable[]> {
  const buffer = await readFile(path)
  return new Promise((resolve, reject) => {
    const streams: Readable[] = []
    fromBuffer(buffer, { lazyEntries: false }, (error, zip) => {
      if (error) return reject(error)
      let open = 0
      let ended = false
      const done = (): void => {
        if (ended && open === 0) resolve(streams)
      }
      zip.on('entry', (entry) => {
        if (!/\.warc(\.gz)?$/.test(entry.fileName)) return
        open++
        zip.openReadStream(entry, (failure, stream) => {
          if (failure) return reject(failure)
          streams.push(stream)
          open--
          done()
        })
      })
      zip.on('end', () => {
        ended = true
        done()
      })
      zip.on('error', reject)
    })
  })
}
