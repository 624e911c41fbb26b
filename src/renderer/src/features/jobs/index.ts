import { ListChecks } from '@lucide/vue'
import { defineFeature } from '../../state/features.ts'
import { useJobs } from '../../state/jobs.ts'
import { t } from '../../texts/index.ts'
import JobsView from './JobsView.vue'

/** All long work, in one place. */
export const jobs = defineFeature({
  name: 'jobs',
  place: {
    title: () => t('app.views.jobs'),
    key: '9',
    icon: ListChecks,
    mark: () => {
      const n = useJobs().live.length
      return n > 0 ? t('jobs.running', { n }) : null
    },
  },
  view: JobsView,
})
