import { readManifest } from '../../evaluation/generated/manifest.ts'
import { parseGeneration } from '../../evaluation/generated/parse-generation.ts'
import { readPromptFile } from '../../evaluation/prompts/read-prompts.ts'
import type { Tasks } from '../../processes/peer.ts'
import type { DocumentCalls } from './document-calls.ts'
import { openPackageFile } from './package-file.ts'

/** Rows that were left out and are named; the others are counted. */
const MOST_NAMED = 200
/** Pictures of a manifest that are handed on at once. */
const PART = 2000
/** Of a picture's own words, characters that are kept. */
const MOST_RAW = 100_000

export const documentTasks: Tasks<DocumentCalls> = {
  async prompts({ path, format }) {
    const { refused, ...read } = await readPromptFile(path, format)
    return { ...read, left: refused.length, refused: refused.slice(0, MOST_NAMED) }
  },
  async manifest({ path }, { emit }) {
    const { files, leftOut } = await readManifest(path)
    for (let from = 0; from < Math.max(files.length, leftOut.length); from += PART) {
      await emit({
        files: files.slice(from, from + PART),
        leftOut: leftOut.slice(from, from + PART),
      })
    }
    return null
  },
  async raterPackage({ path }) {
    const file = await openPackageFile(path)
    try {
      return await file.words()
    } finally {
      file.close()
    }
  },
  generations({ metadata }) {
    return metadata.map((one) => {
      const generation = parseGeneration(one)
      return { ...generation, raw: generation.raw.slice(0, MOST_RAW) }
    })
  },
}
