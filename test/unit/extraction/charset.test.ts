import { describe, expect, test } from 'vitest'
import { Worker } from 'node:worker_threads'
import { decodeHtml } from '../../../src/main/extraction/index.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...ascii(part)] : part)))

/** Encodes with a table made from the decoder itself: nobody else has to be believed. */
function encodeAs(encoding: string, text: string): number[] {
  const decoder = new TextDecoder(encoding)
  const table = new Map<string, number[]>()
  for (let high = 0; high < 256; high++) {
    const one = decoder.decode(Uint8Array.of(high))
    if ([...one].length === 1 && one !== '\ufffd') table.set(one, [high])
  }
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let trail = 0x40; trail < 0xff; trail++) {
      const two = decoder.decode(Uint8Array.of(lead, trail))
      if ([...two].length === 1 && two !== '\ufffd' && !table.has(two))
        table.set(two, [lead, trail])
    }
  }
  return [...text].flatMap((char) => table.get(char) ?? [0x3f])
}

const RUSSIAN =
  'Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства. Съешь же ещё этих мягких французских булок, да выпей чаю.'
const JAPANESE =
  '写真の説明です。今日は天気が良いので、公園を散歩しました。古い町並みがとても美しかったです。'
const CHINESE = '这是一张猫坐在窗台上的照片,摄于北京的一个老胡同里,阳光很好。'

describe('the character set of a page', () => {
  test('a byte order mark beats the header and the meta', () => {
    const page = bytes([0xef, 0xbb, 0xbf], '<meta charset=windows-1251>', 'é')
    expect(decodeHtml(page, 'text/html; charset=iso-8859-1')).toEqual({
      text: '<meta charset=windows-1251>é',
      charset: 'utf-8',
      charsetSource: 'bom',
    })
  })

  test('UTF-16 is read by its mark in both byte orders', () => {
    expect(decodeHtml(Uint8Array.of(0xff, 0xfe, 0x3c, 0, 0x42, 0x30), null).text).toBe('<あ')
    expect(decodeHtml(Uint8Array.of(0xfe, 0xff, 0, 0x3c, 0x30, 0x42), null).text).toBe('<あ')
  })

  test('the header beats the meta when they disagree', () => {
    const page = bytes('<meta charset=utf-8><p>', encodeAs('windows-1251', 'кот'))
    const decoded = decodeHtml(page, 'text/html; charset=windows-1251')
    expect(decoded).toMatchObject({ charset: 'windows-1251', charsetSource: 'http' })
    expect(decoded.text).toContain('кот')
  })

  test.each([
    ['text/html; charset="UTF-8"', 'utf-8'],
    ["text/html;charset='utf-8'", 'utf-8'],
    ['text/html;CHARSET=Shift_JIS; x=y', 'shift_jis'],
    ['text/html; charset=ISO-8859-1', 'windows-1252'],
    ['text/html; charset=gb2312', 'gbk'],
    ['text/html, charset = utf8', 'utf-8'],
  ])('the header %s means %s', (header, charset) => {
    expect(decodeHtml(bytes([0xe9]), header)).toMatchObject({ charset, charsetSource: 'http' })
  })

  test('a header with a label that does not exist says nothing', () => {
    const page = bytes('<meta charset=koi8-r>', [0xcb])
    expect(decodeHtml(page, 'text/html; charset=auto')).toMatchObject({
      charset: 'koi8-r',
      charsetSource: 'meta',
    })
  })

  test.each([
    '<meta charset="windows-1251">',
    "<META CHARSET='Windows-1251' />",
    '<meta charset=cp1251>',
    '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
    '<meta content="text/html;charset=windows-1251" http-equiv=content-type>',
    '<!-- <meta charset=utf-8> --><meta charset=windows-1251>',
    '<title x="<meta charset=koi8-r>">a</title><meta charset=windows-1251>',
    '<!--><meta charset=windows-1251>',
    '<?xml version="1.0" encoding="windows-1251"?><html>',
  ])('a page says it is windows-1251 by %s', (head) => {
    const decoded = decodeHtml(bytes(head, encodeAs('windows-1251', 'кот')), 'text/html')
    expect(decoded).toMatchObject({ charset: 'windows-1251', charsetSource: 'meta' })
    expect(decoded.text).toContain('кот')
  })

  test('a meta that says UTF-16 means UTF-8, since it could be read', () => {
    expect(decodeHtml(bytes('<meta charset=utf-16le>é'), null).charset).toBe('utf-8')
  })

  test('a meta after the first 1,024 bytes still counts, unless a script holds it', () => {
    const far = `<script>${'x'.repeat(3000)}<meta charset=koi8-r></script>`
    const page = bytes(far, '<meta charset=windows-1251>', encodeAs('windows-1251', 'кот'))
    expect(decodeHtml(page, null)).toMatchObject({ charset: 'windows-1251', charsetSource: 'meta' })
  })

  test.each([
    ['windows-1251', RUSSIAN],
    ['koi8-r', RUSSIAN],
    ['shift_jis', JAPANESE],
    ['euc-jp', JAPANESE],
    ['gbk', CHINESE],
  ])('an undeclared page in %s is recognized', (encoding, text) => {
    const page = bytes('<html><body><p>', encodeAs(encoding, text), '</p>')
    const decoded = decodeHtml(page, 'text/html')
    expect(decoded.charsetSource).toBe('detected')
    expect(decoded.text).toContain(text)
  })

  test('an undeclared page in UTF-8 is recognized without guessing', () => {
    expect(decodeHtml(bytes('<p>naïve 👩‍👩‍👧'), null)).toEqual({
      text: '<p>naïve 👩‍👩‍👧',
      charset: 'utf-8',
      charsetSource: 'detected',
    })
  })

  test('ISO-2022-JP, all ASCII bytes, is recognized by its escapes', () => {
    const page = bytes(
      '<title>',
      [0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42],
      '</title>',
    )
    expect(decodeHtml(page, null).text).toBe('<title>日本</title>')
  })

  test('plain ASCII needs no declaration', () => {
    expect(decodeHtml(bytes('<p>x'), null)).toEqual({
      text: '<p>x',
      charset: 'utf-8',
      charsetSource: 'default',
    })
    expect(decodeHtml(new Uint8Array(0), null).text).toBe('')
  })

  test('broken bytes become replacement characters and never throw', () => {
    expect(decodeHtml(bytes('a', [0xff, 0xc3], 'b'), 'text/html; charset=utf-8').text).toBe(
      'a\ufffd\ufffdb',
    )
    expect(decodeHtml(bytes('abc'), 'text/html; charset=iso-2022-kr').text).toBe('\ufffd')
    const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)
    expect(() => decodeHtml(noise, null)).not.toThrow()
  })

  test('the C1 range of windows-1252 gives its characters', () => {
    expect(decodeHtml(bytes([0x93, 0x80, 0x94]), 'text/html; charset=latin1').text).toBe('“€”')
  })

  test('the top-level domain settles what the bytes leave open, and a strange one does no harm', () => {
    const page = bytes('<p>', encodeAs('windows-1251', RUSSIAN))
    expect(decodeHtml(page, null, 'https://пример.рф/').text).toContain(RUSSIAN)
    expect(decodeHtml(page, null, 'https://[::1]/').text).toContain(RUSSIAN)
    expect(decodeHtml(page, null, 'no address').text).toContain(RUSSIAN)
  })

  test('detection works in a worker thread', async () => {
    const module = new URL('../../../src/main/extraction/index.ts', import.meta.url).href
    const worker = new Worker(
      `import(${JSON.stringify(module)}).then(({ decodeHtml }) => {
        const { parentPort, workerData } = require('node:worker_threads')
        parentPort.postMessage(decodeHtml(workerData, null))
      })`,
      { eval: true, workerData: bytes('<p>', encodeAs('windows-1251', RUSSIAN)) },
    )
    const decoded = await new Promise<{ charset: string; text: string }>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    await worker.terminate()
    expect(decoded.charset).toBe('windows-1251')
    expect(decoded.text).toContain(RUSSIAN)
  })
})
