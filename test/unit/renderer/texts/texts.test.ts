import { expect, test } from 'vitest'
import { i18n, t } from '../../../../src/renderer/src/texts/index.ts'

test('a text is found by its path, with its names filled in and the right number', () => {
  i18n.global.mergeLocaleMessage('en', { test: { pairs: '{n} pair | {n} pairs', by: 'by {who}' } })
  const text = t as (key: string, named?: Record<string, string>, n?: number) => string
  expect(t('app.keys')).toBe('Keys')
  expect(text('test.by', { who: 'Ann' })).toBe('by Ann')
  expect(text('test.pairs', { n: '1' }, 1)).toBe('1 pair')
  expect(text('test.pairs', { n: '1,204' }, 1204)).toBe('1,204 pairs')
})
