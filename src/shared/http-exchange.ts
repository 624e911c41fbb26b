/** One request and its answer, as an archive keeps them. */
export interface HttpExchange {
  url: string
  /** When the request was sent: ISO, milliseconds. */
  date: string
  /** Who answered; null where that is not known. */
  ip: string | null
  /** Head of the request as it was sent, with the empty line. Each letter is a byte (Latin-1). */
  request: string
  status: number
  /**
   * Head of the answer with the empty line; each letter is a byte (Latin-1). The status line names
   * HTTP/1.1, the fields are as they came, but for the name of what `body` no longer has:
   * `X-Orig-Transfer-Encoding`.
   */
  head: string
  /** Its transfer coding undone, its content coding kept. */
  body: Uint8Array
  /** Why the body is not whole, in the words of `WARC-Truncated`; null: it is. */
  truncated: 'length' | 'time' | 'disconnect' | 'unspecified' | null
}
