import type { CallArgs, CallName, CallOutput, Handlers } from '#shared/contract/index.ts'
import type { Reads } from '../../store/reads/reads.ts'
import type { EngineContext } from '../context.ts'

type CorpusCall = {
  [N in CallName]: CallArgs<N> extends { corpus: string } ? N : never
}[CallName]

/** Reads that take what the call is asked, and give what it answers. */
type ReadFor<N extends CorpusCall> = {
  [R in keyof Reads]: Reads[R] extends (args: Omit<CallArgs<N>, 'corpus'>) => infer A
    ? A extends CallOutput<N>
      ? R
      : never
    : never
}[keyof Reads]

/** Calls that are a read of a corpus and nothing else, with the read that answers. */
const READS = {
  'corpora.stats': 'stats',
  'corpora.failures': 'failures',
  'pictures.counts': 'pictureCounts',
  'pairs.page': 'page',
  'pairs.tablePage': 'tablePage',
  'pairs.tableColumns': 'tableColumns',
  'pairs.indexOf': 'indexOf',
  'pairs.get': 'get',
  'pairs.list': 'list',
  'pairs.suggest': 'suggest',
  'scores.sources': 'sources',
  'scores.histogram': 'histogram',
  'scores.countAbove': 'countAbove',
  'scores.cutoffForShare': 'cutoffForShare',
  'scores.around': 'around',
  'scores.inBin': 'inBin',
  'scores.sampleDropped': 'sampleDropped',
  'exports.preview': 'exportPreview',
  'maps.missing': 'mapMissing',
  'maps.view': 'mapView',
  'maps.legend': 'mapLegend',
  'maps.inside': 'mapInside',
  'maps.around': 'mapAround',
  'maps.find': 'mapFind',
  'maps.places': 'mapPlaces',
  'maps.rows': 'mapRows',
  'marks.summary': 'markSummary',
  'duplicates.state': 'duplicateState',
  'duplicates.groups': 'duplicateGroups',
  'duplicates.group': 'duplicateGroup',
  'columns.list': 'columnList',
  'facets.count': 'countFacets',
  'filters.list': 'filterList',
  'pictureTexts.summary': 'pictureTextSummary',
  'altKinds.report': 'altKindReport',
  'pairs.blur': 'blur',
  'labels.queue': 'labelQueue',
  'labels.queuePage': 'labelQueuePage',
  'labels.item': 'labelItem',
  'labels.progress': 'labelProgress',
  'labels.list': 'labelList',
  'spans.coverage': 'spanCoverage',
  'spans.density': 'spanDensity',
} as const satisfies { [N in CorpusCall]?: ReadFor<N> }

export type ReadCall = keyof typeof READS

/** The calls that the reading thread of a corpus answers. */
export function readCalls({ corpora }: EngineContext): Pick<Handlers, ReadCall> {
  return Object.fromEntries(
    Object.entries(READS).map(([name, read]) => [
      name,
      ({ corpus, ...args }: { corpus: string }) =>
        (corpora.get(corpus).reads[read] as (args: unknown) => Promise<unknown>)(args),
    ]),
  ) as unknown as Pick<Handlers, ReadCall>
}
