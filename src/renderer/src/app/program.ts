import { watch } from 'vue'
import { t } from '../texts/index.ts'
import type { Router } from 'vue-router'
import type { Job } from '#shared/contract/index.ts'
import { FEATURES } from './features.ts'
import { createRefresher } from './refreshing.ts'
import { allPlaces } from '../state/features.ts'
import { useFetching } from '../state/fetching.ts'
import { useIncoming } from '../state/incoming.ts'
import { useJobs } from '../state/jobs.ts'
import { nextStep } from '../state/next-step.ts'
import { useMachine } from '../state/machine.ts'
import { useSession } from '../state/session.ts'
import { useTextsIndex } from '../state/texts-index.ts'
import { useUi } from '../state/ui.ts'
import { runAction } from '../state/actions.ts'
import { useClient } from '../bridge/client.ts'
import { keep, recall } from '../bridge/persist.ts'

/** Connects the stores with what the program tells, and brings back what was open. */
export async function startProgram(router: Router): Promise<void> {
  const client = useClient()
  const ui = useUi()
  const jobs = useJobs()
  const machine = useMachine()
  const session = useSession()
  const isPlace = (name: string) => allPlaces().some((item) => item.name === name)
  const shown = () => String(router.currentRoute.value.name)
  const refresher = createRefresher(FEATURES, shown)
  // Before the first navigation writes over it.
  const view = recall(null, 'view', 'corpora')

  watch(
    () => session.path,
    (path) => {
      refresher.forget()
      for (const feature of FEATURES) feature.enter?.(path)
    },
  )

  client.on('jobs.changed', (job) => jobs.take(job))
  function toNext(job: Job): { label: string; run: () => void } | null {
    const next = nextStep(job)
    if (!next) return null
    const { label, place, run } = next
    return {
      label: t('app.next', { step: label }),
      run: () => (place ? void router.push({ name: place }) : run?.()),
    }
  }

  jobs.onEnd((job) => {
    const settled =
      job.corpus === session.path ? jobs.settle(job.id, refresher.now) : Promise.resolve()
    void settled.then(() => useFetching().ended(job))
    if (job.corpus !== session.path && shown() === 'corpora') {
      void session.loadRecent().catch(() => undefined)
    }
    if (router.currentRoute.value.name === 'jobs') return
    const show = { label: t('app.show'), run: () => void router.push({ name: 'jobs' }) }
    if (job.state === 'failed' && job.error) {
      ui.failJob(t('app.failed', { job: job.title, reason: job.error.message }), show)
    } else if (job.state === 'done') {
      // What a step follows from is read first.
      void settled.then(() => ui.note(t('app.done', { job: job.title }), toNext(job) ?? show))
    }
  })
  useTextsIndex().follow()
  client.on('models.changed', () => void machine.loadModels().catch(ui.fail))

  client.on('notes.added', ({ note }) => ui.tell(note))
  /** What the engine had to say before anybody listened. */
  const tellNotes = async (): Promise<void> => {
    for (const note of await client.call('system.notes', {})) ui.tell(note)
  }

  client.on('corpus.changed', ({ corpus, what }) => {
    if (corpus === session.path) refresher.changed(what)
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
      await tellNotes()
      if (session.path) {
        await session.open(session.path)
        refresher.all()
      } else await session.restore()
    } catch (error) {
      ui.fail(error)
    }
  }

  client.on('shell.command', ({ command, paths }) => void runCommand(command, paths))

  async function runCommand(command: string, paths: string[]): Promise<void> {
    if (paths.length > 0) await useIncoming().take(paths)
    else runAction(command)
  }

  router.afterEach((to) => {
    const name = String(to.name)
    refresher.left()
    if (isPlace(name)) keep(null, 'view', name)
    if (name === 'jobs') ui.jobsSeen()
  })

  // The view comes back as soon as its corpus is there: whoever goes on from it must not be called
  // back by what is read meanwhile.
  const known = Promise.all([machine.load(), jobs.load(), tellNotes()]).catch(ui.fail)
  await session.restore().catch(ui.fail)
  // The first start shows pairs, not a blank: what the command line worked on last, or the sample.
  if (!recall(null, 'started', false)) {
    keep(null, 'started', true)
    await known
    const last = session.recent.find((entry) => !entry.missing)
    // Whoever was quicker has chosen a corpus.
    const isChosen = session.opening || session.corpus !== null
    const opened = last
      ? await session.open(last.path)
      : machine.info?.sampleArchive && !isChosen && (await session.openSample())
    if (opened) {
      await router.replace({ name: 'pairs' })
      return
    }
  }
  await router.replace({ name: isPlace(view) && session.corpus ? view : 'corpora' })
}
