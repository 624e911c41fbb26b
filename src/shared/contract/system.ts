import { z } from 'zod'
import { Settings } from '../settings.ts'
import { call } from './call.ts'

export const DoctorCheck = z.object({
  name: z.string(),
  ok: z.boolean(),
  value: z.string(),
  hint: z.string().nullable(),
  /** As only the command line says it. */
  commandHint: z.string().optional(),
})
export type DoctorCheck = z.infer<typeof DoctorCheck>

export const system = {
  'settings.get': call(z.object({}), Settings),
  'settings.set': call(Settings.partial(), Settings),
  /** Versions, devices, folders, and what is wrong with them. */
  'system.doctor': call(z.object({}), z.array(DoctorCheck)),
  'system.info': call(
    z.object({}),
    z.object({
      version: z.string(),
      sampleArchive: z.string().nullable(),
      /** The folder where a new corpus goes unless told otherwise. */
      corporaFolder: z.string(),
      devices: z.array(z.string()),
    }),
  ),
}
