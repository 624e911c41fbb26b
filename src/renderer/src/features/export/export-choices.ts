import { computed, reactive } from 'vue'
import { ExportInput } from '#shared/contract/index.ts'
import type { CallInput } from '#shared/contract/index.ts'
import type { TextSource } from '#shared/domain.ts'
import type { ExportFormat } from '#shared/contract/index.ts'
import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import { defaultsOf } from '#shared/limits.ts'

/** What can be chosen of a dataset beside its format and its pairs. */
export interface ExportChoices {
  fallback: TextSource[]
  onePerPicture: boolean
  pictures: 'keep' | 'jpeg' | 'png' | 'webp'
  quality: number
  resize: 'none' | 'longest' | 'crop'
  size: number
  shardSize: number | null
  isSplit: boolean
  /** Per cent. */
  train: number
  validation: number
  test: number
  seed: number
}

type Input = Omit<CallInput<'jobs.export'>, 'corpus' | 'format' | 'out' | 'where' | 'text'>

/** The choices as they are, and what an export is asked for by them. */
export function createExportChoices(format: () => ExportFormat) {
  const usual = defaultsOf(ExportInput, [
    'fallback',
    'onePerPicture',
    'pictures',
    'quality',
    'resize',
    'size',
  ])
  const chosen = reactive<ExportChoices>({
    ...usual,
    shardSize: null,
    isSplit: false,
    ...{ train: 80, validation: 10, test: 10, seed: 1 },
  })
  const takesPictures = computed(() => EXPORT_NEEDS[format()].pictures !== null)
  const takesShards = computed(() => !['jsonl', 'warc'].includes(format()))
  const sharesFit = computed(
    () => Math.abs(chosen.train + chosen.validation + chosen.test - 100) < 1e-6,
  )
  /** @param frozen pairs and texts are those of a version */
  function inputOf(frozen: boolean): Input {
    const { train, validation, test, seed } = chosen
    return {
      ...(frozen ? {} : { fallback: chosen.fallback, onePerPicture: chosen.onePerPicture }),
      ...(takesPictures.value
        ? {
            pictures: chosen.pictures,
            quality: chosen.quality,
            resize: chosen.resize,
            size: chosen.size,
          }
        : {}),
      ...(takesShards.value && chosen.shardSize !== null ? { shardSize: chosen.shardSize } : {}),
      ...(chosen.isSplit
        ? { split: { train: train / 100, validation: validation / 100, test: test / 100, seed } }
        : {}),
    }
  }
  return { chosen, takesPictures, takesShards, sharesFit, inputOf }
}
