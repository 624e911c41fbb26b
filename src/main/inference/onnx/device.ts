import type { Device } from '#shared/contract/jobs.ts'

/** A device that was settled on; never `auto`. */
export type RealDevice = Exclude<Device, 'auto'>
