import type { HttpExchange } from '#shared/http-exchange.ts'
import { payloadDigest } from './digest.ts'
import { newRecordId, recordMember } from './write-record.ts'

/** An earlier record with the same payload. */
export interface SamePayload {
  url: string
  date: string
  /** null: not known. */
  recordId: string | null
}

export interface ExchangeMembers {
  /** The answer: a response, or a revisit where its payload is kept already. */
  response: Uint8Array
  request: Uint8Array | null
  recordId: string
  /** null where the body is not whole. */
  payloadDigest: string | null
}

const REPEATS_PAYLOAD = 'http://netpreserve.org/warc/1.1/revisit/identical-payload-digest'

/** The digest that the records of an exchange carry; null where its body is empty or not whole. */
export function digestOf(exchange: HttpExchange): string | null {
  const { body, truncated } = exchange
  return truncated === null && body.length > 0 ? payloadDigest(body) : null
}

/** One request and its answer as two records that name each other. */
export async function exchangeMembers(
  exchange: HttpExchange,
  warcinfoId: string,
  same: SamePayload | null,
): Promise<ExchangeMembers> {
  const { url, date, truncated } = exchange
  const recordId = newRecordId()
  const digest = digestOf(exchange)
  const fields: [string, string][] = [['WARC-Warcinfo-ID', warcinfoId]]
  if (exchange.ip !== null) fields.push(['WARC-IP-Address', exchange.ip])
  const head = Buffer.from(exchange.head, 'latin1')
  const response =
    same && digest !== null
      ? await recordMember({
          ...{ type: 'revisit', id: recordId, url, date, head, body: new Uint8Array() },
          contentType: 'application/http; msgtype=response',
          fields: [
            ...fields,
            ['WARC-Profile', REPEATS_PAYLOAD],
            ...(same.recordId === null ? [] : [['WARC-Refers-To', same.recordId] as const]),
            ['WARC-Refers-To-Target-URI', same.url],
            ['WARC-Refers-To-Date', same.date],
            ['WARC-Payload-Digest', digest],
          ],
        })
      : await recordMember({
          ...{ type: 'response', id: recordId, url, date, head, body: exchange.body },
          contentType: 'application/http; msgtype=response',
          fields: truncated === null ? fields : [...fields, ['WARC-Truncated', truncated]],
        })
  const request =
    exchange.request === ''
      ? null
      : await recordMember({
          ...{ type: 'request', url, date, body: new Uint8Array() },
          contentType: 'application/http; msgtype=request',
          head: Buffer.from(exchange.request, 'latin1'),
          fields: [...fields, ['WARC-Concurrent-To', recordId]],
        })
  return { response, request, recordId, payloadDigest: digest }
}
