import { z } from 'zod'
import { Settings } from '../settings.ts'
import { call } from './call.ts'
import { Device } from './choices.ts'

export const DoctorCheck = z.object({
  name: z.string(),
  ok: z.boolean(),
  value: z.string(),
  hint: z.string().nullable(),
  /** Not ok, and no fault of this machine: a device that it does not have. */
  optional: z.boolean().optional(),
  /** As only the command line says it. */
  commandHint: z.string().optional(),
})
export type DoctorCheck = z.infer<typeof DoctorCheck>

/** What came of running a small graph on a device. */
export const DeviceState = z.object({
  device: Device.exclude(['auto']),
  works: z.boolean(),
  /** Of the chip, where it is told. */
  name: z.string().nullable(),
  /** Billions of floating point operations a second in products of 512 x 512 matrices, fp32. */
  gflops: z.number().nullable(),
  /** Why it does not work, and what to do; null where it does. */
  reason: z.string().nullable(),
  hint: z.string().nullable(),
  /** What the runtime said. */
  details: z.string().nullable(),
})
export type DeviceState = z.infer<typeof DeviceState>

export const system = {
  'settings.get': call(z.object({}), Settings),
  'settings.set': call(Settings.partial(), Settings),
  /** Versions, devices, folders, and what is wrong with them. */
  'system.doctor': call(z.object({}), z.array(DoctorCheck)),
  /** What was set aside or made again since the program started, in sentences, oldest first. */
  'system.notes': call(z.object({}), z.array(z.string())),
  /**
   * Every device that the runtime has a way to, tried for real: each in a process of its own, within
   * a minute. Kept until `again`.
   */
  'system.devices': call(z.object({ again: z.boolean().default(false) }), z.array(DeviceState)),
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
