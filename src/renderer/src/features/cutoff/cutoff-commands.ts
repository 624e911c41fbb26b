import { useActions } from '../../state/actions.ts'
import { useCutoff } from '../../state/cutoff.ts'
import { useInspect } from '../../state/inspect.ts'
import { usePairs } from '../../state/pairs.ts'
import { usePreview } from '../../state/preview.ts'
import { useSession } from '../../state/session.ts'
import { t } from '../../texts/index.ts'
import type { ChartForm } from '../../ui/charts/chart-export.ts'
import { mergeJudgements } from './judgement-files.ts'
import { useJudging } from './judging.ts'

/** What the keys of the cutoff do; the view gives what only it can. */
export function useCutoffCommands(to: {
  /** The histogram is there and nothing is judged. */
  ready(): boolean
  score(): void
  typeCutoff(): void
  filterPairs(): void
  exportPassing(): void
  copy(form: ChartForm): void
}): void {
  const cutoff = useCutoff()
  const inspect = useInspect()
  const preview = usePreview()
  const judging = useJudging()
  const nudge = (by: number) => () => cutoff.setCosine(cutoff.cosine + by)
  const session = useSession()
  const pairs = usePairs()
  useActions([
    {
      id: 'cutoff.score',
      writes: true,
      title: t('cutoff.commands.score'),
      group: t('cutoff.group'),
      keys: [],
      enabled: () => session.corpus !== null && pairs.state !== 'loading' && !judging.active,
      run: to.score,
    },
    {
      id: 'cutoff.type',
      title: t('cutoff.commands.type'),
      group: t('cutoff.group'),
      keys: ['C'],
      enabled: to.ready,
      run: to.typeCutoff,
    },
    {
      id: 'cutoff.down',
      title: t('cutoff.commands.down'),
      group: t('cutoff.group'),
      keys: ['ArrowLeft'],
      line: t('cutoff.commands.move'),
      silent: true,
      enabled: to.ready,
      run: nudge(-0.001),
    },
    {
      id: 'cutoff.up',
      title: t('cutoff.commands.up'),
      group: t('cutoff.group'),
      keys: ['ArrowRight'],
      line: t('cutoff.commands.move'),
      silent: true,
      enabled: to.ready,
      run: nudge(0.001),
    },
    {
      id: 'cutoff.down-more',
      title: t('cutoff.commands.downMore'),
      group: t('cutoff.group'),
      keys: ['Shift+ArrowLeft'],
      line: t('cutoff.commands.moveMore'),
      silent: true,
      enabled: to.ready,
      run: nudge(-0.01),
    },
    {
      id: 'cutoff.up-more',
      title: t('cutoff.commands.upMore'),
      group: t('cutoff.group'),
      keys: ['Shift+ArrowRight'],
      line: t('cutoff.commands.moveMore'),
      silent: true,
      enabled: to.ready,
      run: nudge(0.01),
    },
    {
      id: 'cutoff.log',
      title: t('cutoff.commands.log'),
      group: t('cutoff.group'),
      keys: ['L'],
      enabled: to.ready,
      run: () => cutoff.setLog(!cutoff.log),
    },
    {
      id: 'cutoff.filter',
      title: t('cutoff.commands.filter'),
      group: t('cutoff.group'),
      keys: ['F'],
      enabled: to.ready,
      run: to.filterPairs,
    },
    {
      id: 'cutoff.export',
      title: t('cutoff.commands.export'),
      group: t('cutoff.group'),
      keys: ['Ctrl+E'],
      enabled: to.ready,
      run: to.exportPassing,
    },
    {
      id: 'cutoff.sample',
      title: t('cutoff.commands.resample'),
      group: t('cutoff.group'),
      keys: ['R'],
      enabled: to.ready,
      run: () => cutoff.reseed(),
    },
    {
      id: 'cutoff.svg',
      title: t('cutoff.commands.svg'),
      group: t('cutoff.group'),
      keys: [],
      enabled: to.ready,
      run: () => to.copy('svg'),
    },
    {
      id: 'cutoff.png',
      title: t('cutoff.commands.png'),
      group: t('cutoff.group'),
      keys: [],
      enabled: to.ready,
      run: () => to.copy('png'),
    },
    {
      id: 'cutoff.csv',
      title: t('cutoff.commands.csv'),
      group: t('cutoff.group'),
      keys: [],
      enabled: to.ready,
      run: () => to.copy('csv'),
    },
    {
      id: 'cutoff.preview',
      title: t('pairs.preview.title'),
      group: t('pairs.group'),
      keys: ['Space'],
      enabled: () => inspect.detail !== null && !judging.active,
      run: () => preview.open(),
    },
    {
      id: 'cutoff.judge',
      title: t('cutoff.judging.here'),
      group: t('cutoff.group'),
      keys: ['J'],
      writes: true,
      enabled: () => to.ready() && cutoff.n > 0,
      run: () => (judging.asking = true),
    },
    {
      id: 'cutoff.merge',
      title: t('cutoff.commands.merge'),
      group: t('cutoff.group'),
      keys: [],
      writes: true,
      enabled: () => session.path !== null && !judging.active,
      run: () => void (session.path !== null && mergeJudgements(session.path)),
    },
  ])
}
