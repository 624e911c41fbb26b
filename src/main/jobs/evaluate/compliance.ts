import type { Device } from '#shared/contract/choices.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import type { PictureTextModel } from '../../inference/kinds/picture-text/types.ts'
import { cosine } from '../../inference/kinds/vectors.ts'
import type { Corpus } from '../../store/open.ts'
import { ensureModel } from '../../store/repositories/models.ts'
import { studyOf } from '../../store/repositories/studies.ts'
import { putStudyScores, unscoredImages } from '../../store/repositories/study-scores.ts'
import { transaction } from '../../store/statements.ts'
import { sha256Of } from '../../files/digest.ts'
import { pairEncoder } from '../run/encoder.ts'
import type { JobContext } from '../run/job.ts'

/** Pictures that are committed together. */
const WINDOW = 64

/**
 * Scores every picture of a study with its prompt that this model has not scored yet; the cosine as
 * it is. A killed run goes on where it stopped.
 */
export async function scoreStudy(
  corpus: Corpus,
  input: { study: string; device: Device },
  model: PictureTextModel,
  ctx: JobContext,
): Promise<void> {
  const { writer } = corpus
  const study = studyOf(writer, input.study)
  const modelId = ensureModel(writer, {
    digest: model.digest,
    name: model.id,
    title: model.manifest.name,
    manifest: JSON.stringify(model.manifest),
  })
  const images = unscoredImages(writer, study, model.digest)
  const total = images.length
  if (total === 0) {
    ctx.result('Scored', `no picture: ${model.manifest.name} has scored all of them`)
    return
  }
  ctx.progress({ done: 0, total, unit: 'pictures', note: `loading ${model.manifest.name}` })
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  let failed = 0
  try {
    const loaded = await host.open(
      model,
      input.device === 'auto' ? ctx.settings.device : input.device,
    )
    const encode = pairEncoder(corpus, modelId, loaded)
    for (let from = 0; from < total; from += WINDOW) {
      ctx.signal.throwIfAborted()
      const part = images.slice(from, from + WINDOW)
      const [vectors, texts] = await Promise.all([
        encode.image.all(part.map(({ sha256 }) => ({ key: sha256, value: sha256 }))),
        encode.text.all(part.map(({ prompt }) => ({ key: sha256Of(prompt), value: prompt }))),
      ])
      transaction(writer, () => {
        encode.image.commit(vectors)
        encode.text.commit(texts)
        const scores = part.flatMap(({ image, sha256, prompt }) => {
          const [picture, words] = [vectors.get(sha256), texts.get(sha256Of(prompt))]
          if (picture instanceof Float32Array && words instanceof Float32Array) {
            return [{ image, cosine: cosine(picture, words) }]
          }
          failed++
          return []
        })
        putStudyScores(writer, { digest: model.digest, model: model.manifest.name, scores })
      })
      ctx.progress({
        done: from + part.length,
        total,
        unit: 'pictures',
        note: `device ${loaded.device}`,
      })
      ctx.changed(['studies'])
    }
  } finally {
    await host.close()
  }
  if (failed > 0) ctx.warn(`${failed} pictures could not be scored: they cannot be decoded.`)
  ctx.result('Scored', `${total - failed} pictures with ${model.manifest.name}`)
}
