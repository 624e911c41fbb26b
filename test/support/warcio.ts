import { createReadStream } from 'node:fs'
import { WARCParser, type WARCRecord } from 'warcio'

/** A record as the other implementation reads it. */
export interface ReadRecord {
  type: string
  url: string | null
  /** Fields of the record, null where there is none. */
  header(name: string): string | null
  /** Status line and fields of its HTTP head; '' without one, or where it was not asked for. */
  http: string
  status: number | null
  /** Codings undone with `http`; else the block as it stands. */
  body: Buffer
}

/** Every record of an archive, read by warcio. @param http takes HTTP apart */
export async function readByWarcio(path: string, http: boolean): Promise<ReadRecord[]> {
  const records: ReadRecord[] = []
  const options = { keepHeadersCase: true, parseHttp: http }
  const parser = new WARCParser(createReadStream(path), options)
  for await (const record of parser as AsyncIterable<WARCRecord>) {
    records.push({
      type: record.warcType,
      url: record.warcTargetURI ?? null,
      header: (name) => record.warcHeader(name) ?? null,
      http: record.httpHeaders?.toString() ?? '',
      status: record.httpHeaders ? Number(record.httpHeaders.statusCode) : null,
      body: Buffer.from(await record.readFully(http)),
    })
  }
  return records
}
