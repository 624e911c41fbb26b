import { expect, test } from 'vitest'
import { FEATURES } from '../../../../src/renderer/src/app/features.ts'
import { searchPalette, wordsOf } from '../../../../src/renderer/src/app/palette.ts'
import { viewCommands } from '../../../../src/renderer/src/app/view-commands.ts'
import { PAIR_ORDERS } from '../../../../src/renderer/src/features/pairs/pair-orders.ts'
import { allPlaces, registerPlaces } from '../../../../src/renderer/src/state/features.ts'
import { en } from '../../../../src/renderer/src/texts/en/index.ts'
import { t } from '../../../../src/renderer/src/texts/index.ts'
import { findActions } from './find-commands.ts'

registerPlaces(FEATURES)

/** Registered by the frame and by the features, wherever one is. */
const ALWAYS = new Set(['app/App.vue', 'state/zoom.ts', 'features/pairs/pair-orders.ts'])
const isAlways = (file: string): boolean =>
  ALWAYS.has(file) || /features\/[\w-]+\/(index|[\w-]*commands)\.ts$/.test(file)
/** What lies over a view, a rating and a judging have the keyboard to themselves. */
const WHILE_OPEN = /^(preview\.|judge\.preview-|rating\.|cutoff\.judging\.)/

const fits = (id: string, pattern: string): boolean =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[\\w-]+')}$`).test(id)

const titled: Record<string, string> = {
  'help.keys': t('app.keys'),
  'corpus.open': t('corpora.commands.open'),
  'corpus.create': t('corpora.commands.create'),
  'corpus.import': t('importing.commands.files'),
  'corpus.import-folder': t('importing.commands.folder'),
  'settings.models': t('settings.commands.models'),
  'settings.doctor': t('settings.commands.doctor'),
  'rating.go-on': t('rating.commands.rate'),
  'app.undo': t('app.undo'),
  'app.zoom-in': t('app.zoom.in'),
  'app.zoom-out': t('app.zoom.out'),
  'app.zoom-reset': t('app.zoom.reset'),
  'app.theme-dark': t('app.themes.dark'),
}
/** The palette in a view that brings nothing of its own. */
const entries = [
  ...Object.entries(titled).map(([id, title]) => ({ id, title, group: '' })),
  ...allPlaces().map(({ name, place }) => ({
    id: `view.${name}`,
    title: place.title(),
    group: '',
  })),
  ...PAIR_ORDERS.map(({ value, label }) => ({
    id: `pairs.sort-${value}`,
    title: t('pairs.sortBy', { order: label }),
    group: '',
  })),
  ...viewCommands(),
]

test('every command that a view registers is in the palette of every view', () => {
  const listed = viewCommands().map(({ id }) => id)
  const missing = findActions()
    .filter(({ id, file, silent }) => !silent && !isAlways(file) && !WHILE_OPEN.test(id))
    .filter(({ id }) => !listed.some((one) => fits(one, id)))
    .map(({ id, file }) => `${id} (${file}) has no line in src/renderer/src/app/view-commands.ts`)
  expect(missing).toEqual([])
})

test('what the palette lists of a view is registered there, once', () => {
  const patterns = findActions().map(({ id }) => id)
  const listed = viewCommands().map(({ id }) => id)
  expect(listed.filter((id) => !patterns.some((pattern) => fits(id, pattern)))).toEqual([])
  expect(new Set(listed).size).toBe(listed.length)
  const places = new Set(allPlaces().map(({ name }) => name))
  for (const { id, view } of viewCommands()) expect(places.has(view), id).toBe(true)
})

test('other words stand only with commands that there are', () => {
  const ids = Object.entries(en.palette.words).flatMap(([part, names]) =>
    Object.keys(names).map((name) => `${part}.${name}`),
  )
  const patterns = [
    ...findActions().map(({ id }) => id),
    ...PAIR_ORDERS.map(({ value }) => `pairs.sort-${value}`),
  ]
  expect(ids.filter((id) => !patterns.some((pattern) => fits(id, pattern)))).toEqual([])
  for (const id of ids) expect(wordsOf(id), id).not.toBe('')
})

test.each([
  ['score', 'cutoff.score'],
  ['clip', 'cutoff.score'],
  ['histogram', 'view.cutoff'],
  ['threshold', 'view.cutoff'],
  ['sort', 'pairs.sort-id'],
  ['sort best', 'pairs.sort-score-desc'],
  ['sort worst', 'pairs.sort-score-asc'],
  ['shuffle', 'pairs.sort-random'],
  ['filter', 'pairs.filter'],
  ['search', 'pairs.search'],
  ['annotate', 'view.label'],
  ['kappa', 'label.agreement'],
  ['warc', 'corpus.import'],
  ['open', 'corpus.open'],
  ['new corpus', 'corpus.create'],
  ['preferences', 'view.settings'],
  ['models', 'settings.models'],
  ['gpu', 'settings.doctor'],
  ['slurm', 'train.launchers'],
  ['train', 'view.train'],
  ['predict', 'train.predict'],
  ['webdataset', 'view.export'],
  ['zoom', 'app.zoom-in'],
  ['bigger', 'app.zoom-in'],
  ['shortcuts', 'help.keys'],
  ['dark', 'app.theme-dark'],
  ['study', 'view.judge'],
  ['rate', 'rating.go-on'],
  ['progress', 'view.jobs'],
  ['revert', 'app.undo'],
  ['example', 'corpora.sample'],
])('"%s" finds %s first', (typed, id) => {
  expect(searchPalette(entries, typed)[0]?.id).toBe(id)
})

test('what nothing fits finds nothing; every word must fit', () => {
  expect(searchPalette(entries, 'score qqq')).toEqual([])
  expect(searchPalette(entries, '')).toHaveLength(entries.length)
})
