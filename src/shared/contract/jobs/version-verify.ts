import { z } from 'zod'
import { baseName } from '../../format.ts'
import { defineJob } from './define.ts'

export const VersionVerifyInput = z.object({
  /** Folder of an exported version. */
  path: z.string().min(1),
  /** The hash that was cited; without it the folder is held against what it states itself. */
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'A content hash has 64 digits of 0-9 and a-f.')
    .optional(),
})
export type VersionVerifyInput = z.infer<typeof VersionVerifyInput>

/** Works out the content hash of an exported version, and holds files and rows against it. */
export const versionVerify = defineJob({
  kind: 'version-verify',
  call: 'versions.verify',
  input: VersionVerifyInput,
  title: ({ path }) => `Verify ${baseName(path)}`,
  lane: 'machine',
})
