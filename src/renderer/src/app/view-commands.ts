import { MARKS } from '#shared/marks.ts'
import { useVersions } from '../features/export/versions/versions.ts'
import { usePromptBases } from '../features/generate/bases/prompt-bases.ts'
import { LABELS, type ActionName } from '../features/judge/study-actions.ts'
import { useTraining, type Step } from '../features/train/training.ts'
import { allPlaces } from '../state/features.ts'
import { MARK_NAMES } from '../state/marking.ts'
import { t, type TextKey } from '../texts/index.ts'

/** A command of a view, which the palette finds wherever one is. */
export interface ViewCommand {
  /** Of the action that the view registers. */
  id: string
  title: string
  group: string
  /** The place to turn to first. */
  view: string
  /** It is about what is shown there: the palette turns to the view and does nothing with it. */
  there: boolean
  /** Turns to the part of the view that registers it. */
  open?: () => void
}

type Titles = Readonly<Record<string, TextKey>>

/** Done as soon as their view is there. */
const DONE: Readonly<Record<string, Titles>> = {
  corpora: { 'corpora.sample': 'corpora.sample' },
  pairs: {
    'pairs.search': 'search.open',
    'pairs.filter': 'pairs.filter.title',
    'pairs.clear-filter': 'pairs.filter.clear',
    'pairs.view': 'table.views.toggle',
    'pairs.map': 'map.show',
    'pairs.duplicates': 'duplicates.show',
    'pairs.facets': 'facets.toggle',
    'pairs.all': 'pairs.selection.all',
    'pairs.none': 'pairs.selection.clear',
    'pairs.copy-query': 'pairs.selection.copyQuery',
    'pairs.export': 'pairs.exportShown',
    'grid.first': 'pairs.grid.first',
    'grid.last': 'pairs.grid.last',
    'grid.larger': 'pairs.grid.larger',
    'grid.smaller': 'pairs.grid.smaller',
  },
  cutoff: {
    'cutoff.score': 'cutoff.commands.score',
    'cutoff.judge': 'cutoff.judging.here',
    'cutoff.merge': 'cutoff.commands.merge',
    'cutoff.type': 'cutoff.commands.type',
    'cutoff.log': 'cutoff.commands.log',
    'cutoff.filter': 'cutoff.commands.filter',
    'cutoff.export': 'cutoff.commands.export',
    'cutoff.sample': 'cutoff.commands.resample',
    'cutoff.svg': 'cutoff.commands.svg',
    'cutoff.png': 'cutoff.commands.png',
    'cutoff.csv': 'cutoff.commands.csv',
  },
  label: {
    'label.list': 'label.keys.list',
    'label.filter': 'label.keys.filter',
    'label.review': 'label.keys.review',
    'label.agreement': 'label.keys.agreement',
    'label.types': 'label.keys.types',
    'label.shuffle': 'label.keys.shuffle',
    'label.renew': 'label.keys.rebuild',
    'label.merge': 'label.keys.merge',
    'label.export': 'label.keys.export',
    'label.annotator': 'label.keys.annotator',
    'label.find': 'label.keys.find',
    'label.details': 'label.keys.details',
    'label.page': 'label.keys.page',
  },
  generate: {
    'generate.filter': 'generate.keys.filter',
    'generate.import': 'generate.keys.import',
    'generate.export': 'generate.keys.export',
    'generate.generate': 'generate.keys.generate',
    'generate.new': 'generate.keys.newSet',
  },
  judge: { 'judge.new': 'judge.keys.new' },
  export: { 'export.folder': 'exporting.commands.folder' },
  jobs: { 'jobs.clear': 'jobs.clear' },
}

/** About what one looks at there, and therefore not done from elsewhere. */
const THERE: Readonly<Record<string, Titles>> = {
  pairs: {
    'pairs.preview': 'pairs.preview.title',
    'pairs.inspect': 'pairs.commands.inspector',
    'pairs.like': 'search.like',
    'pairs.like-too': 'search.likeToo',
    'pairs.search-leave': 'search.leave',
    'pairs.toggle': 'pairs.commands.toggle',
    'pairs.copy-ids': 'pairs.selection.copyIds',
    'pairs.mark-none': 'marks.commands.unmark',
    'pairs.tags': 'marks.commands.tags',
    'pairs.note': 'marks.commands.note',
    'pairs.unblur': 'marks.commands.unblur',
    'duplicates.accept': 'duplicates.commands.accept',
    'duplicates.keep': 'duplicates.commands.keep',
    'duplicates.drop': 'duplicates.commands.drop',
    'duplicates.apart': 'duplicates.commands.apart',
    'duplicates.back': 'duplicates.commands.back',
    'duplicates.look': 'duplicates.commands.look',
    'duplicates.one': 'duplicates.commands.one',
    'map.nearer': 'map.commands.nearer',
    'map.farther': 'map.commands.farther',
    'map.fit': 'map.commands.fit',
    'map.grow': 'map.commands.grow',
    'map.shrink': 'map.commands.shrink',
    'map.lasso': 'map.commands.lasso',
    'map.colour': 'map.commands.colour',
    'map.next': 'map.commands.next',
    'map.new': 'map.commands.new',
  },
  cutoff: { 'cutoff.preview': 'pairs.preview.title' },
  label: {
    'label.take': 'label.keys.accept',
    'label.none': 'label.keys.none',
    'label.skip': 'label.keys.skip',
    'label.add': 'label.keys.add',
    'label.clear': 'label.keys.clear',
    'label.flag': 'label.keys.flag',
    'label.note': 'label.keys.note',
    'label.undo': 'label.keys.undo',
    'label.redo': 'label.keys.redo',
    'label.previous': 'label.keys.previous',
    'label.next': 'label.keys.next',
    'label.large': 'label.keys.large',
    'label.copy': 'label.keys.copy',
  },
  generate: {
    'generate.edit': 'generate.keys.edit',
    'generate.add-level': 'generate.keys.addLevel',
    'generate.add-group': 'generate.keys.addGroup',
    'generate.remove': 'generate.keys.remove',
    'generate.move-up': 'generate.keys.moveUp',
    'generate.move-down': 'generate.keys.moveDown',
  },
  judge: {
    'judge.sheet-open': 'judge.sheet.keys.open',
    'judge.sheet-smaller': 'judge.sheet.smaller',
    'judge.sheet-larger': 'judge.sheet.larger',
  },
  export: { 'export.start': 'exporting.commands.start' },
}

const TRAIN: Readonly<Record<Step, Titles>> = {
  alts: { 'train.alts': 'train.keys.findAlts', 'train.rules': 'train.keys.rules' },
  data: { 'train.to-training': 'train.keys.toTraining' },
  train: { 'train.start': 'train.keys.start', 'train.launchers': 'train.keys.launchers' },
  predict: {
    'train.predict': 'train.keys.predict',
    'train.score': 'train.keys.score',
    'train.histogram': 'train.keys.histogram',
    'train.label': 'train.keys.label',
  },
  plots: {},
}
/** They begin long work, or stand only where another choice was made. */
const TRAIN_THERE = new Set([
  'train.to-training',
  'train.start',
  'train.launchers',
  'train.predict',
])

/** In the tab of image to prompt; those that need a picture or a base that is looked at are there. */
const BASES: Titles = {
  'bases.new': 'bases.keys.new',
  'bases.new-corpus': 'bases.keys.newCorpus',
  'bases.add': 'bases.keys.add',
  'bases.choose': 'bases.keys.choose',
  'bases.pair': 'bases.keys.pair',
  'bases.edit': 'bases.keys.edit',
  'bases.copy': 'bases.keys.copy',
  'bases.clean': 'bases.keys.clean',
  'bases.undo': 'bases.keys.undo',
  'bases.judge': 'bases.keys.judge',
  'bases.batch': 'bases.keys.batch',
  'bases.prompts': 'bases.keys.prompts',
  'bases.report': 'bases.keys.report',
  'bases.remove': 'bases.keys.remove',
  'bases.k': 'bases.keys.k',
}
const BASES_THERE = new Set([
  'bases.edit',
  'bases.copy',
  'bases.undo',
  'bases.pair',
  'bases.remove',
  'bases.k',
])

/** In the tab of versions; those that need the name of a version, or one that is shown, are there. */
const VERSIONS: Titles = {
  'versions.create': 'versions.commands.create',
  'versions.verify': 'versions.commands.verify',
  'versions.export': 'versions.commands.export',
}

/** The commands of all views, whether they are shown or not. */
export function viewCommands(): ViewCommand[] {
  const groups = new Map(allPlaces().map(({ name, place }) => [name, place.title()]))
  const group = (view: string): string => groups.get(view) ?? ''
  const of = (tables: Readonly<Record<string, Titles>>, there: boolean): ViewCommand[] =>
    Object.entries(tables).flatMap(([view, titles]) =>
      Object.entries(titles).map(([id, title]) => ({
        id,
        title: t(title),
        group: group(view),
        view,
        there,
      })),
    )
  return [
    ...of(DONE, false),
    ...of(THERE, true),
    ...Object.entries(TRAIN).flatMap(([step, titles]) =>
      Object.entries(titles).map(([id, title]) => ({
        id,
        title: t(title),
        group: group('train'),
        view: 'train',
        there: TRAIN_THERE.has(id),
        open: () => useTraining().setStep(step as Step),
      })),
    ),
    ...Object.entries(VERSIONS).map(([id, title]) => ({
      id,
      title: t(title),
      group: group('export'),
      view: 'export',
      there: id === 'versions.export',
      open: () => {
        useVersions().tab = 'versions'
      },
    })),
    ...Object.entries(BASES).map(([id, title]) => ({
      id,
      title: t(title),
      group: group('generate'),
      view: 'generate',
      there: BASES_THERE.has(id),
      open: () => {
        usePromptBases().tab = 'bases'
      },
    })),
    ...MARKS.map((mark) => ({
      id: `pairs.mark-${mark}`,
      title: t('marks.commands.mark', { mark: MARK_NAMES[mark] }),
      group: group('pairs'),
      view: 'pairs',
      there: true,
    })),
    ...(Object.keys(LABELS) as ActionName[]).map((name) => ({
      id: `judge.${name}`,
      title: LABELS[name].title,
      group: group('judge'),
      view: 'judge',
      there: true,
    })),
  ]
}
