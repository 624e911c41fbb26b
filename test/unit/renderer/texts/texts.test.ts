import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { en } from '../../../../src/renderer/src/texts/en/index.ts'
import { chooseLanguage, i18n, t } from '../../../../src/renderer/src/texts/index.ts'
import { hardWired, textsAsValues } from './find-texts.ts'

const WINDOW = join(import.meta.dirname, '../../../../src/renderer/src')
const files = globSync('**/*.{ts,vue}', { cwd: WINDOW }).filter(
  (file) => !file.split(/[\\/]/).includes('texts'),
)
const sources = files.map((file) => ({ file, source: readFileSync(join(WINDOW, file), 'utf8') }))

/** Names that are the same in every language, and what is compared with words of the engine. */
const NAMES = new Set([
  'COCO',
  'CSV',
  'HTML',
  'ImageFolder',
  'JSON Lines',
  'JSON',
  'Parquet',
  'SHA-256',
  'WebDataset',
  // Selectors and signs of keys, not shown as they are.
  'Ctrl',
  'Esc',
  'Control+0',
  // Words of the engine that have a text of their own.
  'longest sentence',
  'nearest block',
  'not-a-picture html',
  // The text source of a form.
  'text="span"',
])
const isSelector = (text: string): boolean => /\[role=/.test(text)

function keysOf(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([name, text]) =>
    typeof text === 'string' ? [path + name] : keysOf(text as object, `${path}${name}.`),
  )
}

/** Before a test adds its own. */
const KEYS = keysOf(en)

describe('a text', () => {
  test('is found by its path, with its names filled in and the right number', () => {
    i18n.global.mergeLocaleMessage('en', {
      test: { pairs: '{n} pair | {n} pairs', by: 'by {who}' },
    })
    const text = t as (key: string, named?: Record<string, string>, n?: number) => string
    expect(t('app.keys')).toBe('Keys')
    expect(text('test.by', { who: 'Ann' })).toBe('by Ann')
    expect(text('test.pairs', { n: '1' }, 1)).toBe('1 pair')
    expect(text('test.pairs', { n: '1,204' }, 1204)).toBe('1,204 pairs')
  })

  test('is never written into the code', () => {
    const found = sources.flatMap(({ file, source }) =>
      hardWired(file, source)
        .filter(({ text }) => !NAMES.has(text) && !isSelector(text))
        .map(({ line, text }) => `${file}:${line}: ${text}`),
    )
    expect(found).toEqual([])
  })

  test('is never taken for a value of the program', () => {
    const found = sources.flatMap(({ file, source }) =>
      textsAsValues(file, source).map((call) => `${file}: ${call}`),
    )
    expect(found).toEqual([])
  })

  test('is in the first language of the system that the window speaks, else in English', () => {
    expect(chooseLanguage(['fr-CA', 'de-AT', 'en-US'], ['en', 'de'])).toBe('de')
    expect(chooseLanguage(['fr'], ['en', 'de'])).toBe('en')
    expect(chooseLanguage([], ['en'])).toBe('en')
  })

  test('is in the catalogue because something shows it', () => {
    const all = sources.map(({ source }) => source).join('\n')
    // Words of the palette are asked for by the id of a command; `palette.test.ts` knows those.
    const named = KEYS.filter((key) => !key.startsWith('palette.words.'))
    const unused = named.filter((key) => !all.includes(`'${key}'`) && !all.includes(`"${key}"`))
    expect(unused).toEqual([])
  })

  test('that is asked for is there', () => {
    const known = new Set(KEYS)
    const missing = sources.flatMap(({ file, source }) =>
      [...source.matchAll(/(?:\bt\(\s*|keypath=)['"]([\w.]+)['"]/g)]
        .map((match) => match[1] as string)
        .filter((key) => !known.has(key))
        .map((key) => `${file}: ${key}`),
    )
    expect(missing).toEqual([])
  })

  test('can be compiled, and names what is filled in by words', () => {
    for (const key of KEYS) {
      expect(() => t(key as 'app.keys'), key).not.toThrow()
    }
  })
})

describe('the search for texts in the code', () => {
  test.each([
    ['<template><p>Nothing here</p></template>', 'Nothing here'],
    ['<template><button title="Open it" /></template>', 'title="Open it"'],
    ['<template><UiSelect label="Model" /></template>', 'label="Model"'],
    ["<template><p>{{ n === 1 ? 'one pair' : 'many pairs' }}</p></template>", 'one pair'],
    ['<template><p :title="`Open ${name}`" /></template>', 'Open 0'],
    ["<template><i :aria-label=\"ok ? 'good' : 'bad'\" /></template>", 'good'],
    ['<script setup lang="ts">\nconst a = `cutoff ${from} → ${to}`\n</script>', 'cutoff 0 → 0'],
    ['<template><text>n = {{ n }}</text></template>', 'n ='],
    [
      '<script setup lang="ts">\nconst a = { title: \'Clear the list\' }\n</script>',
      'Clear the list',
    ],
  ])('sees %s', (source, text) => {
    expect(hardWired('a.vue', source).map((found) => found.text)).toContain(text)
  })

  test('leaves alone what nobody reads', () => {
    const source = [
      '<script setup lang="ts">',
      "import A from './Some File.vue'",
      "if (event.key === 'ArrowLeft') throw new AppError('internal', 'This cannot be')",
      "const keys = ['Ctrl+K', 'Escape']",
      '</script>',
      '<template><p class="Large One" :style="{ width: `${n}px` }"><kbd>Ctrl K</kbd>{{ t(\'app.keys\') }}</p></template>',
    ].join('\n')
    expect(hardWired('a.vue', source)).toEqual([])
  })

  test.each([
    ["const can = [t('a.failed'), t('a.done')].includes(state)", 2],
    ["if (state === t('a.done')) stop()", 1],
    ["void router.push({ name: t('a.pairs') })", 1],
    ["const options = [{ value: t('a.none'), label: t('a.none') }]", 1],
    ["const shown = [t('a.one'), { name: t('a.two') }].filter(Boolean)", 0],
  ])('counts the texts that are taken for values in %s', (source, n) => {
    expect(textsAsValues('a.ts', source)).toHaveLength(n)
  })
})
