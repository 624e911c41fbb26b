import { join } from 'node:path'
import type { EngineContext } from '../context.ts'

/** Where the archives of the sample lie, if this installation has them. */
export function sampleFolder(context: Pick<EngineContext, 'resources'>): string {
  return join(context.resources, 'sample')
}
