import { studyImages } from '#shared/contract/jobs/study-images.ts'
import { implementJob } from '../run/implement.ts'
export const studyImagesJob = implementJob(studyImages, async () => {})
