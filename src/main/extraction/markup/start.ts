import type { ExtractLimits } from '../types.ts'
import { startBody } from './body.ts'
import { orderedImages, startElements } from './elements.ts'
import { startFormatting } from './formatting.ts'
import type { Scan } from './found.ts'
import { here, M_HEAD } from './here.ts'
import { popTo, startStack } from './stack.ts'
import { startTape, tape } from './tape.ts'

/** Makes everything ready for a page; `html` is the page and what the scanner puts behind it. */
export function startScan(
  page: string,
  html: string,
  limits: ExtractLimits,
  wanted: ReadonlySet<string> | undefined,
): void {
  here.html = html
  here.length = page.length
  here.maxDepth = limits.maxDepth
  here.maxImages = limits.maxImages
  here.mode = M_HEAD
  here.depth = here.serial = here.state = here.stray = 0
  here.reopen = here.foster = here.bodyOpen = here.headClosed = here.space = false
  here.quirks = here.framesetOk = here.boundary = true
  here.form = -1
  here.templateModes = []
  here.shadowHosts.clear()
  here.wanted = wanted ?? null
  startTape()
  startStack(limits.maxDepth + 1)
  startFormatting()
  startElements()
  startBody()
}

/** Closes what is open; what was found. */
export function endScan(): Scan {
  popTo(0)
  here.cells.count = here.cellCount
  return {
    html: here.html,
    ...tape(),
    images: orderedImages(),
    captions: here.captions,
    figureParent: here.figureParent,
    cells: here.cells,
    title: here.title,
    lang: here.lang,
    baseHref: here.baseHref,
    metas: here.metas,
    byId: here.byId,
  }
}
