import { watch } from 'vue'
import type { Router } from 'vue-router'
import type { CorpusPart } from '#shared/contract/index.ts'
import { AppError, type ErrorKind } from '#shared/errors.ts'
import { useCutoff } from '../state/cutoff.ts'
import { useExporting } from '../features/export/exporting.ts'
import { useIncoming } from '../state/incoming.ts'
import { useJobs } from '../state/jobs.ts'
import { useMachine } from '../state/machine.ts'
import { usePairs } from '../state/pairs.ts'
import { useSession } from '../state/session.ts'
import { useTraining } from '../features/train/training.ts'
import { useUi } from '../state/ui.ts'
import { actionById, isEnabled } from '../state/actions.ts'
import { useClient } from '../bridge/client.ts'
import { keep, recall } from '../bridge/persist.ts'
import { VIEWS, type ViewName } from '../state/views.ts'

/** Views read again at most this often while a job changes the corpus. */
const REFRESH_MS = 1200

/** Connects the stores with what the program tells, and brings back what was open. */
export async function startProgram(router: Router): Promise<void> {
  const client = useClient()
  const ui = useUi()
  const jobs = useJobs()
  const machine = useMachine()
  const session = useSession()
  const pairs = usePairs()
  // Before the first navigation writes over it.
  const view = recall<ViewName>(null, 'view', 'corpora')

  watch(
    () => session.path,
    (path) => {
      useCutoff().enter(path)
      useExporting().enter(path)
      useTraining().enter(path)
      void pairs.enter(path)
    },
  )

  client.on('jobs.changed', (job) => jobs.take(job))
  jobs.onEnd((job) => {
    if (router.currentRoute.value.name === 'jobs') return
    const show = { label: 'Show', run: () => void router.push({ name: 'jobs' }) }
    if (job.state === 'failed' && job.error) {
      ui.fail(new AppError(job.error.kind as ErrorKind, job.error.message, job.error.hint), show)
    } else if (job.state === 'done') ui.note(`Done: ${job.title}`, show)
  })
  client.on('models.changed', () => void machine.loadModels().catch(ui.fail))

  let timer: ReturnType<typeof setTimeout> | undefined
  const changed = new Set<CorpusPart>()
  /** A label is written every few seconds: the other views read again when one goes to them. */
  let labelsWait = false
  client.on('corpus.changed', ({ corpus, what }) => {
    if (corpus !== session.path) return
    for (const item of what) changed.add(item)
    timer ??= setTimeout(() => {
      timer = undefined
      const list = [...changed]
      changed.clear()
      labelsWait =
        list.every((part) => part === 'labels') && router.currentRoute.value.name === 'label'
      if (!labelsWait) void pairs.refresh(list)
      if (list.includes('scores')) void useCutoff().load()
      void useTraining().refresh(list)
      // Counting a large corpus is not free: only where it is looked at.
      if (router.currentRoute.value.name === 'corpora') void session.loadStats()
    }, REFRESH_MS)
  })

  client.on('engine.state', ({ state, message }) => {
    const before = ui.engine.state
    ui.engine = { state, message }
    // A new engine knows neither corpus nor selection: open and ask again.
    if (state === 'ready' && before !== 'ready') void recover()
  })

  async function recover(): Promise<void> {
    try {
      await machine.load()
      await jobs.load()
      if (session.path) {
        await session.open(session.path)
        await pairs.refresh(['scores'])
      } else await session.restore()
    } catch (error) {
      ui.fail(error)
    }
  }

  client.on('shell.command', ({ command, paths }) => void runCommand(command, paths))

  async function runCommand(command: string, paths: string[]): Promise<void> {
    const [first] = paths
    if (command === 'open-corpus' && first) {
      if (await session.open(first)) await router.push({ name: 'pairs' })
    } else if (paths.length > 0) await useIncoming().take(paths)
    else {
      const action = actionById(command)
      if (action && isEnabled(action)) action.run()
    }
  }

  router.afterEach((to) => {
    const name = String(to.name)
    if (labelsWait && name !== 'label') {
      labelsWait = false
      void pairs.refresh(['labels'])
    }
    if (VIEWS.some((view) => view.name === name)) keep(null, 'view', name)
  })

  try {
    await machine.load()
    await jobs.load()
    await session.restore()
  } catch (error) {
    ui.fail(error)
  }
  // The first start shows pairs, not a blank: what the command line worked on last, or the sample.
  if (!recall(null, 'started', false)) {
    keep(null, 'started', true)
    const last = session.recent.find((entry) => !entry.missing)
    const opened = last
      ? await session.open(last.path)
      : machine.info?.sampleArchive && (await session.openSample())
    if (opened) {
      await router.replace({ name: 'pairs' })
      return
    }
  }
  const known = VIEWS.some((item) => item.name === view)
  await router.replace({ name: known && session.corpus ? view : 'corpora' })
}
