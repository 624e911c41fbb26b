/**
 * Asks a browser how it decodes every code of every encoding of the Encoding standard, and how it
 * escapes every character in a query of a page in that encoding: digests of the answers are what
 * the program is tested against. See the README.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { app, BrowserWindow } from 'electron'
import {
  charactersForQueries,
  codesOf,
  MULTI_BYTE,
  SINGLE_BYTE,
  UNICODE,
} from '../../test/support/encoding-codes.ts'

const TARGET = resolve(import.meta.dirname, '../../test/fixtures/extraction')
/** Sent to the page at once. */
const AT_ONCE = 64

const digest = (texts: string[]): string => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\0')
  return hash.digest('hex').slice(0, 16)
}

async function ask<T>(window: BrowserWindow, script: string): Promise<T> {
  return (await window.webContents.executeJavaScript(script)) as T
}

async function decoded(window: BrowserWindow, encoding: string): Promise<string[]> {
  const all: string[] = []
  let wanted: string[] = []
  const send = async (): Promise<void> => {
    all.push(
      ...(await ask<string[]>(
        window,
        `${JSON.stringify(wanted)}.map((text) => new TextDecoder(${JSON.stringify(encoding)}, { ignoreBOM: true })
          .decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))))`,
      )),
    )
    wanted = []
  }
  for (const bytes of codesOf(encoding)) {
    wanted.push(Buffer.from(bytes).toString('base64'))
    if (wanted.length === AT_ONCE) await send()
  }
  await send()
  return all
}

async function main(): Promise<void> {
  await app.whenReady()
  const window = new BrowserWindow({ show: false })
  const decoders: Record<string, string> = {}
  const queries: Record<string, string> = {}
  for (const encoding of [...UNICODE, ...SINGLE_BYTE, ...MULTI_BYTE]) {
    // A page of one's own for each, in that encoding: its addresses are escaped in it.
    const label = encoding.startsWith('utf-16') ? 'utf-8' : encoding
    await window.loadURL(`data:text/html;charset=${label},<a id=a></a>`)
    const page = await ask<string>(window, 'document.characterSet')
    if (page.toLowerCase() !== label) throw new Error(`the page is ${page}, not ${label}`)
    decoders[encoding] = digest(await decoded(window, encoding))
    if (encoding.startsWith('utf-')) continue
    queries[encoding] = digest(
      await ask<string[]>(
        window,
        `${JSON.stringify([...charactersForQueries()])}.map((text) => {
          const a = document.getElementById('a')
          a.setAttribute('href', 'http://a.example/?' + text)
          return a.search.slice(1)
        })`,
      ),
    )
    console.log(encoding, decoders[encoding], queries[encoding])
  }
  const answers = { browser: `Chromium ${process.versions.chrome}`, decoders, queries }
  writeFileSync(join(TARGET, 'encodings.json'), JSON.stringify(answers, null, 2) + '\n')
  app.exit(0)
}

main().catch((error: unknown) => {
  console.error(error)
  app.exit(1)
})
